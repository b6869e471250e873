import pytest

from helpers import editions, symbols


def test_the_entries_are_those_of_the_source():
    assert symbols.ENTRIES == editions.read_symbols()


@pytest.mark.parametrize("entry", symbols.ENTRIES, ids=[entry["name"] for entry in symbols.ENTRIES])
def test_each_symbol_is_found_by_its_sign_and_by_its_name_and_has_a_picture(entry):
    for key in ("symbol", "name"):
        table = symbols.show(entry[key])
        assert table.entries == [entry] and entry["words"] in repr(table)
    assert "data:image/png" in table._repr_html_() and f"${entry['symbol']}$" in table._repr_html_()
    others = {symbols.picture(other["name"]).png for other in symbols.ENTRIES if other is not entry}
    assert symbols.picture(entry["name"]).png not in others


def test_show_has_all_and_names_what_there_is():
    assert len(symbols.show().entries) == len(symbols.ENTRIES)
    with pytest.raises(ValueError, match="'gamma'.*eta"):
        symbols.show("gamma")
