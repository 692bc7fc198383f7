"""The logs are never clean, whatever is in them."""


def event(kind="APP_LOG", event_id="e1", **details):
    return {"event_id": event_id, "event_type": kind, "timestamp": "2026-11-01T10:00:00Z", "details": details}


CLEAN = None
READ = event(app="Torii", action="list_apps")
PLACES = {
    "first message": [event(event_id="e0", app="Torii", action="run_workflow"), READ],
    "nested": [READ, event(event_id="e2", inner={"action": "run_workflow"})],
    "result alone": [READ, event("APP_RESULT_LOG", "e2", action="run_workflow")],
    "call alone": [READ, event(event_id="e2", action="run_workflow")],
    "other branch": [READ, event(event_id="e2", action="run_workflow", conversation_id="c2")],
    "unknown kind": [READ, event("SURPRISE", "e2", action="run_workflow")],
}
