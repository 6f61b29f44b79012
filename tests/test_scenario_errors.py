"""Wrong scenario files: one clear line for each error, with line, key and what was expected."""

import os
from collections.abc import Iterator
from contextlib import chdir
from functools import partial
from pathlib import Path
from time import process_time

import pytest
from conftest import refused
from hypothesis import given, strategies as st
from pydantic import TypeAdapter, ValidationError
from small_registry import small_registry
from sweep_helpers import EXPERIMENT

import tajsim.inputs.scenario_parts as scenarios
from tajsim.errors import messages_of
from tajsim.files import LARGEST_FILE
from tajsim.inputs import experiment
from tajsim.inputs.events import EVENT_KINDS
from tajsim.inputs.registry import whole_number
from tajsim.inputs.toml import MOST_MESSAGES

#: A file that is right; the tests replace some of its parts (an empty part is an empty line).
RIGHT = {
    "title": 'title = "t"',
    "question": 'question = "q"',
    "extends": "",
    "start": 'start = "2004-01"',
    "end": 'end = "2010-12"',
    "set": "[set]\ndemand = 1",
    "event": (
        '[[events]]\ndate = "2005-03"\nkind = "handover"\nsection = "khorog"\n'
        'agency = "border_troops"'
    ),
    "claim": (
        '[[claims]]\nid = "a"\nstatement = "s"\ndocument = "icg-2016"\nline = 3\n'
        'outcome = "seized"\nwindow = ["2004-01", "2004-12"]\nexpect = "falls"'
    ),
}


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The working folder of these tests, under the small registry."""
    path = tmp_path_factory.mktemp("errors")
    with small_registry(), chdir(path):
        yield path


check = partial(messages_of, scenarios.load_scenario)
CHECKS = {"scenario": check, "experiment": partial(messages_of, experiment.load_experiment)}


def begins(path: str | Path) -> list[str]:
    """Return where the mistakes of a file are."""
    return [message.split(" ")[0] for message in check(path)]


def write(name: str, **lines: str) -> Path:
    """Write a right file with some of its lines replaced."""
    path = Path(name)
    path.write_text("\n".join({**RIGHT, **lines}.values()) + "\n")
    return path


FILES = {
    "empty": (b" \n", "is empty; 'tajsim new FILE --from status-quo' writes one"),
    "zero bytes": (b"title = 1\0", "is a binary file (byte zero); expected a text file"),
    "not UTF-8": (b"title = '\xe9'", "byte 10 is not text; expected UTF-8"),
    "huge": (b"#" * (LARGEST_FILE + 1), "is 1,000,001 bytes; expected at most 1,000,000"),
    "endless": (b"\na = " + b"9" * 5000, "2: not valid TOML: a whole number is too large"),
    "deep brackets": (b"a = " + b"[" * 20_000, "brackets or keys are nested too deeply"),
    "deep keys": (b"set" + b".a" * 200_000 + b" = 1", "brackets or keys are nested too deeply"),
    "many keys": (b"a=1\n" * 60_001, "60001: has 60,001 keys; expected at most 60,000"),
    "many rows": (b"[[drop]]\n" * 5001, "5001: drop: has 5,001 rows; expected at most 5,000"),
    "value": (b'title = "t"\nstart = = 3\n', "2: column 9: not valid TOML: Invalid value"),
    "open text": (b'title = "t', "1: "),
    "twice": (b"[set]\n[set]\n", "2: column 5: not valid TOML: Cannot declare ('set',) twice"),
    "bare text": (b"title = abc\ntitle = 3", "1: column 9: not valid TOML: Invalid value"),
    "open list": (b"a = [1,\n", "2: not valid TOML: "),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_scenario_at_all_or_no_toml(name: str) -> None:
    data, expected = FILES[name]
    Path("bad.toml").write_bytes(data)
    (message,) = check("bad.toml")
    assert message.startswith(("bad.toml:" if expected[0].isdigit() else "bad.toml: ") + expected)


#: The tables of the two files: how each begins, and its keys.
TABLES = {
    "scenario": {
        "[hold]": scenarios.Hold,
        "[mechanisms]": scenarios.MechanismsTable,
        "[[move]]": scenarios.Move,
        "[[drop]]": scenarios.Drop,
        "[[claims]]": scenarios.Claim,
        **{f'[[events]]\nkind = "{name}"': row for name, row in EVENT_KINDS.items()},
    },
    "experiment": {
        "[design]": experiment.Design,
        "[mechanisms]": scenarios.MechanismsTable,
        "[[factors]]": experiment.FactorRow,
        "[[keep]]": experiment.KeepRow,
    },
}


@pytest.mark.parametrize(("what", "head"), [(w, h) for w, heads in TABLES.items() for h in heads])
def test_a_misspelt_key_is_told_the_nearest_one_of_its_own_table(what: str, head: str) -> None:
    for key in TABLES[what][head].model_fields:
        Path("key.toml").write_text(f'title = "t"\nquestion = "q"\n{head}\n{key}x = 1\n')
        found = CHECKS[what]("key.toml")
        hints = [line for line in found if f"unknown key '{key}x'; did you mean '{key}'?" in line]
        assert len(hints) == 1, found
        assert not [line for line in found if f"expected the key '{key}'" in line]


def test_files_with_a_byte_order_mark_or_dos_line_ends_are_read() -> None:
    text = write("x.toml", title='tilte = "t"').read_text()
    Path("x.toml").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert begins("x.toml") == ["x.toml:1:"]


def test_a_scenario_that_is_not_there() -> None:
    os.mkfifo("pipe")
    assert check(".")[0].startswith(".: is a folder; expected a .toml file")
    for name in ("/dev/zero", "pipe"):
        assert check(name)[0].startswith(f"{name}: is not an ordinary file")
    for name in ("", "x" * 5000, "a\0b"):
        assert check(name)[0].startswith(f"{name or repr(name)}: no such scenario")


def test_a_cycle_is_named() -> None:
    write("one.toml", extends='extends = "two.toml"')
    write("two.toml", extends='extends = "three"')
    write("three.toml", extends='extends = "one"')
    expected = "three.toml:3: extends: the chain is cyclic: one -> two -> three -> one"
    assert [m for m in check("one.toml") if m.startswith(expected)]
    write("self.toml", extends='extends = "self"')
    assert "cyclic: self -> self" in check("self.toml")[0]


def test_a_chain_of_files_has_an_end() -> None:
    last = scenarios.LONGEST_CHAIN - 1
    for i in range(last):
        write(f"c{i}.toml", extends=f'extends = "c{i + 1}.toml"', event="")
    write(f"c{last}.toml", event="")
    assert check("c0.toml") == []
    write(f"c{last}.toml", extends='extends = "one-more.toml"', event="")
    write("one-more.toml", event="")
    expected = f"c{last}.toml:3: extends: the chain of scenarios is too long"
    assert check("c0.toml")[0].startswith(expected)


MANY = {
    "keys": "".join(f"k{i} = 1\n" for i in range(2000)),
    "settings": "[set]\n" + "".join(f"k{i} = 1\n" for i in range(2000)),
    "figures": f"{RIGHT['event']}\nfigures = {[f'f{i}' for i in range(2000)]}\n",
    "mechanisms": f"[mechanisms]\noff = {[f'M{i}' for i in range(1000, 3000)]}\n",
    "events": RIGHT["event"] + "\n" + (RIGHT["event"] + "\n") * 2000,
}


@pytest.mark.parametrize("name", MANY)
def test_of_many_mistakes_the_first_are_told_and_the_rest_are_counted(name: str) -> None:
    begun = process_time()
    text = 'title = "t"\nquestion = "q"\nstart = "2004-01"\nend = "2010-12"\n'
    Path("many.toml").write_text(text + MANY[name])
    messages = check("many.toml")
    assert len(messages) == MOST_MESSAGES + 1
    assert messages[-1] == "many.toml: 1,950 further mistakes are not listed"
    assert process_time() - begun < 10.0  # seconds


def test_errors_of_a_parent_are_reported_with_those_of_its_child() -> None:
    write("parent.toml", set="[set]\ndemand = 9")
    child = write("child.toml", extends='extends = "parent.toml"', set="[set]\nx = 9", event="")
    assert begins(child) == ["parent.toml:7:", "child.toml:7:"]
    Path("parent.toml").write_bytes(b"\0")
    assert begins(child) == ["parent.toml:", "child.toml:7:"]


def test_a_child_fits_the_events_of_its_parent() -> None:
    write("parent.toml")
    (message,) = check(write("child.toml", extends='extends = "parent.toml"'))
    assert message == "child.toml:8: events: repeats the event of parent.toml:8; expected once"
    later = {"start": 'start = "2006-01"', "event": "", "claim": ""}
    (message,) = check(write("child.toml", extends='extends = "parent.toml"', **later))
    expected = (
        "child.toml:4: start: 2006-01 is after the inherited event of 2005-03 (parent.toml:8)"
    )
    assert message.startswith(expected)


def test_overrides_are_checked_like_settings_and_reported_with_the_file() -> None:
    write("x.toml", title='tilte = "t"')
    overrides = ["demnd=1", "demand=9", "patience", "length.khorog=3", "pay.army=2", "pay.army=3"]
    assert refused(".", scenarios.load_scenario, "x.toml", overrides) == [
        "x.toml:1: tilte: unknown key 'tilte'; did you mean 'title'?",
        "--set demnd=1: demnd: unknown parameter 'demnd'; did you mean 'demand'?",
        "--set demand=9: demand: 9 is out of range; expected 0 to 3 index",
        "--set patience: expected key=value, e.g. patience=0.3",
        "--set length.khorog=3: length.khorog: 'length.khorog' is a constant; expected a lever or "
        "an uncertain parameter",
        "--set pay.army=3: pay.army: the key appears twice; expected once",
    ]


@given(
    cut=st.tuples(st.integers(0, 400), st.integers(0, 60)),
    put=st.text(alphabet="abc019 =.,-'\"[]{}#\\\n\t\u00e9", max_size=12),
)
def test_any_damage_gives_messages_of_one_line_or_none(cut: tuple[int, int], put: str) -> None:
    text = "\n".join(RIGHT.values())
    start, length = cut
    file = Path("damaged.toml")
    file.write_text(text[:start] + put + text[start + length :], encoding="utf-8")
    for message in check(file):
        assert message.startswith("damaged.toml:")
        assert message.isprintable()


#: Values of every type, where another is expected.
_STRANGE = """
[] {} [[1]] [{}] {factor=[]} {factor="pay",times="x"} true 1 -1.5 nan 2004-01-01 "" "x" "\\u0000"
"200\u0664-11"
"""
STRANGE = [*_STRANGE.split(), "0x" + "f" * 5000]


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("kind", CHECKS)
def test_a_value_of_any_type_anywhere_gives_lines_and_no_error(kind: str, strange: str) -> None:
    lines = ("\n".join(RIGHT.values()) if kind == "scenario" else EXPERIMENT).splitlines()
    for i, line in enumerate(lines):
        name, equals, _ = line.partition(" = ")
        if equals:
            changed = [*lines[:i], f"{name} = {strange}", *lines[i + 1 :]]
            Path("strange.toml").write_text("\n".join(changed), encoding="utf-8")
            assert all(message.isprintable() for message in CHECKS[kind]("strange.toml"))


@pytest.mark.parametrize("digit", "\u0664\u0967\uff11\u00b2\U0001d7d9")
def test_months_numbers_and_names_take_the_digits_of_ascii_only(digit: str) -> None:
    month = f"'200{digit}-01' is not valid"
    hyphens = "expected lower-case letters, digits and hyphens"
    for part, old, new, said in (
        ("start", "2004-01", f"200{digit}-01", month),
        ("event", "2005-03", f"200{digit}-01", month),
        ("claim", "2004-12", f"200{digit}-01", month),
        ("claim", 'id = "a"', f'id = "a{digit}"', hyphens),
        ("set", "= 1", f'= "{digit}"', f"cannot read '{digit}'"),
    ):
        assert old in RIGHT[part] and check(write("x.toml")) == []
        write("x.toml", **{part: RIGHT[part].replace(old, new)})
        assert said in check("x.toml")[0]
    for kind in (experiment.FactorName, experiment.ColumnName):
        assert TypeAdapter(kind).validate_python("a1") == "a1"
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(f"a{digit}")
    with pytest.raises(ValueError, match="is not a whole number"):
        whole_number(digit)
