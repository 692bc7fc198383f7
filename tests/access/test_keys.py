import pytest

from promptkit.access.keys import keys_of_file, keys_of_variable
from promptkit.errors import PromptkitError, UsageError
from promptkit.known_secrets import redacted

pytestmark = pytest.mark.usefixtures("no_secrets")


def test_a_missing_file_is_made_with_one_key_that_stays(tmp_path):
    path = tmp_path / "private" / "state.key"
    made = keys_of_file(path)
    assert len(made) == 1
    assert keys_of_file(path) == made
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "state.key"
    keys_of_file(path)
    path.chmod(0o640)
    with pytest.raises(PromptkitError, match="chmod 600"):
        keys_of_file(path)


def test_the_keys_of_a_variable_come_in_its_order_and_are_hidden_in_every_text(monkeypatch):
    monkeypatch.setenv("STATE_KEYS", "newer-key-of-ours older-key-of-ours\n")
    assert keys_of_variable("STATE_KEYS") == [b"newer-key-of-ours", b"older-key-of-ours"]
    assert redacted("newer-key-of-ours") == "[redacted]"


@pytest.mark.parametrize("value", ["", " \n"])
def test_a_variable_without_a_key_is_refused(monkeypatch, value):
    monkeypatch.setenv("STATE_KEYS", value)
    with pytest.raises(UsageError, match="STATE_KEYS holds no encryption key"):
        keys_of_variable("STATE_KEYS")
