from tests.audit.transcripts import HEADER, call, sample


def back(id_="c1", **more):
    return {"type": "result", "id": id_, "is_error": False, "text": "done"} | more


READ, ACTION = (call(), back()), (call("run_workflow", id="c2"), back("c2"))
CLEAN = [HEADER, sample(*READ)]
DATA = r"1/events/\d(/.*)?"
PLACES = {
    "first message": [HEADER, sample(*ACTION, *READ)],
    "nested": [HEADER, sample(*READ, more={"inner": [*ACTION]})],
    "result alone": [HEADER, sample(*READ, back("c2"))],
    "call alone": [HEADER, sample(*READ, ACTION[0])],
    "other branch": [HEADER, sample(*READ), sample(*ACTION)],
    "unknown kind": [HEADER, sample(*READ, call("run_workflow", type="surprise"))],
    "a second result": [HEADER, sample(*READ, back())],
    "a refused call that came back": [HEADER, sample(*READ, call(state="refused", id="c2"), back("c2"))],
    "the header": [HEADER | {"events": [*ACTION]}, sample(*READ)],
    "beside the header": [HEADER | {"more": [*ACTION]}, sample(*READ)],
    "a line of the self-test": [HEADER, sample(*READ), {"kind": "self_test", "events": [*ACTION]}],
    "beside a line of the self-test": [HEADER, sample(*READ), {"kind": "self_test", "more": [*ACTION]}],
    "a self-test that leaked": [HEADER, sample(*READ), {"kind": "self_test", "leaks": ["run_workflow"]}],
    "a sample of the self-test": [HEADER, sample(*READ), sample(*ACTION, self_test=True)],
    "a line of another kind": [HEADER, sample(*READ), {"kind": "note", "events": [*ACTION]}],
    "the tools that were called": [HEADER, sample(*READ, tools=["list_apps", "run_workflow"])],
    "the number of calls": [HEADER, sample(*READ, calls=2)],
}
