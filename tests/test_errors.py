"""Which word was probably meant."""

from promptkit.errors import nearest


def test_a_word_is_taken_for_a_slip_only_if_it_is_near():
    assert nearest("lsit_apps", ["list_apps", "list_users"], "none") == "write list_apps"
    assert nearest("list_vendors", ["list_apps", "list_users"], "none") == "none"
