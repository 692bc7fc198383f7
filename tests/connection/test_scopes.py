"""Which scopes are for reading, which are asked for, and what is said of them."""

import pytest

from promptkit.connection.scopes import (
    ScopeChoice,
    announced,
    challenged_scopes,
    choose_scopes,
    insufficient_scope,
    is_read,
    missing_scopes,
    wider_grant,
)

READS = (
    "torii.read read:apps apps:read:all view_only users.readonly mcp:readOnly Files.Read.All view "
    "https://example.com/auth/drive.readonly *:read"
)
OTHERS = (
    "torii torii.write read_write readwrite Files.ReadWrite.All READWRITE admin:read mark_read thread preview "
    "manage:view apps:read-and-delete openid offline_access * unread review"
)


@pytest.mark.parametrize("scope", READS.split())
def test_a_scope_with_a_word_of_reading_and_none_of_acting_is_for_reading(scope):
    assert is_read(scope)


@pytest.mark.parametrize("scope", OTHERS.split())
def test_any_other_scope_is_not_clearly_for_reading(scope):
    assert not is_read(scope)


CHALLENGE, SERVER, ISSUER = "the server's challenge", "the server's metadata", "the issuer's metadata"


@pytest.mark.parametrize(
    ("offered", "asked", "source", "only_reads"),
    [
        (("", "a.read a.write", ""), "a.read", SERVER, True),
        (("a.read", "a.read b.read a.write", "a.admin"), "a.read", CHALLENGE, True),
        (("a.read a.write", "", ""), "a.read", CHALLENGE, True),
        # What the challenge requires would let more be done than is needed.
        (("a.write", "a.read a.write", ""), "a.read", SERVER, True),
        (("", "", "a.read a.write"), "a.read", ISSUER, True),
        (("torii a.write", "torii", ""), "torii a.write", CHALLENGE, False),
        (("", "openid torii a.write a.admin", ""), "torii", SERVER, False),
        (("", "a.write a.admin", ""), "a.write a.admin", SERVER, False),
        # An issuer may be one of many servers.
        (("", "", "torii a.write"), "", "", False),
        (("", "", ""), "", "", False),
        (("", "a.read openid email", "offline_access"), "a.read offline_access openid", SERVER, True),
        (("", "a.read openid", "profile"), "a.read", SERVER, True),
        (("", 'a.read a.read "b.read" caf\xe9.read', ""), "a.read", SERVER, True),
    ],
)
def test_scopes_for_reading_are_asked_for_where_there_are_any_and_else_what_is_required(
    offered, asked, source, only_reads
):
    choice = choose_scopes(*(scopes.split() for scopes in offered))
    assert (" ".join(choice.asked), choice.source, choice.only_reads) == (asked, source, only_reads)


def test_what_is_offered_and_not_asked_for_is_known():
    assert choose_scopes(["a.write"], ["a.read", "a.write", "a.admin"], ["other"]).left_out == ("a.write", "a.admin")


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (
            choose_scopes([], ["a.read", "a.write"], []),
            "Asks for these scopes, all for reading, out of the server's metadata: a.read\nNot asked for: a.write",
        ),
        (
            choose_scopes(["torii", "a.write"], [], []),
            "WARNING: no scope that the server offers is clearly for reading, so what the server's challenge requires\n"
            "is asked for, and it may allow changes: torii, a.write",
        ),
        (
            ScopeChoice(),
            "WARNING: the server names no scopes, so none is asked for, and it alone decides what to grant.",
        ),
    ],
)
def test_a_person_reads_what_is_asked_for_and_out_of_what(choice, said):
    assert "\n".join(announced(choice)) == said


@pytest.mark.parametrize(
    ("status", "challenge", "missing"),
    [
        (403, 'Bearer error="insufficient_scope", scope="a.write b"', "a.write b"),
        (403, "Bearer scope=a.write, Error=Insufficient_Scope", "a.write"),
        (401, 'Bearer error="insufficient_scope"', ""),
        (403, 'Bearer error="insufficient_scope", error_description="Required scope: x"', ""),
        (401, 'Bearer error="invalid_token", scope="a.read"', None),
        (403, "", None),
        (400, 'Bearer error="insufficient_scope"', None),
    ],
)
def test_only_an_answer_that_says_so_lacks_scopes(status, challenge, missing):
    assert missing_scopes(status, challenge) == missing


def test_a_challenge_names_scopes_as_the_standard_writes_them():
    assert challenged_scopes('Bearer scope="a.read \x1b[31m a.read b"') == ["a.read", "b"]
    assert challenged_scopes('Bearer error="invalid_token"') == []


@pytest.mark.parametrize(
    ("asked", "granted", "wider"),
    [
        (("a.read",), "a.read", []),
        (("a.read", "b.read"), "a.read", []),
        (("a.read",), None, []),
        (("a.read",), "a.write a.read", ["a.write"]),
        (("a.read",), "A.READ", ["A.READ"]),
        ((), "openid a.read", []),
        ((), "a.read torii", ["torii"]),
    ],
)
def test_what_was_granted_is_compared_with_what_was_asked_for(asked, granted, wider):
    assert wider_grant(asked, granted) == wider


def test_the_error_names_the_scopes_and_advises_against_another_sign_in():
    (problem,) = insufficient_scope("torii.admin").problems
    assert problem.message == "the server wants the scope torii.admin for this, which the sign-in was not given"
    assert "never widened" in problem.fix
    assert "a scope that it does not name" in insufficient_scope("").problems[0].message
