"""People in texts; what an audit shows of them is in test_redact.py."""

from promptkit.audit.people import hider_of


def test_a_name_is_known_by_the_address_it_stands_beside_in_any_of_the_texts():
    hide = hider_of(["Ask Ada Lovelace <ada@x.example>", "grace.hopper@x.example"])
    assert hide("Grace Hopper and Ada Lovelace: ada@x.example") == "[name] and [name]: [e-mail]"


def test_texts_without_addresses_tell_of_nobody():
    assert hider_of(["Ada Lovelace"])("Ada Lovelace") == "Ada Lovelace"
