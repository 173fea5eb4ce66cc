"""The theme: a council's colours are used only where people can read them."""

from __future__ import annotations

import pytest
import yaml

from bot.gateway.web.theme import ThemeRefused, contrast, load_theme, theme_css
from bot.paths import KNOWLEDGE


@pytest.fixture
def theme_file(tmp_path):
    """Give a function that writes our theme with some changes and returns its file."""

    def write(scheme: str = "light", **changes: object):
        content = yaml.safe_load((KNOWLEDGE / "theme.yml").read_text(encoding="utf-8"))
        for name, value in changes.items():
            (content if name in content else content[scheme])[name] = value
        file = tmp_path / "theme.yml"
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize(
    "one, other, ratio",
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_as_the_guidelines_define_it(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005) and contrast(one, other) == contrast(other, one)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_pair_too_close_is_refused_by_name_and_ratio(theme_file, scheme):
    page = yaml.safe_load((KNOWLEDGE / "theme.yml").read_text(encoding="utf-8"))[scheme]["page"]
    with pytest.raises(ThemeRefused, match=rf"{scheme}: link on page has a contrast of 1\.00; it needs 4\.5"):
        load_theme(theme_file(scheme, link=page))


def test_a_focus_that_nobody_sees_is_refused(theme_file):
    with pytest.raises(ThemeRefused, match="focus or on_focus on page"):
        load_theme(theme_file(focus="#ffffff", on_focus="#fefefe"))


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"link": "red"}, "light.link"),
        ({"link": "#fff; } body { display: none"}, "light.link"),
        ({"name": " "}, "name"),
        ({"logo": "../secret-key"}, "logo"),
        ({"logo": "missing.svg"}, "logo"),
    ],
)
def test_what_is_no_colour_name_or_picture_is_refused(theme_file, change, reason):
    with pytest.raises(ThemeRefused, match=reason):
        load_theme(theme_file(**change))


def test_a_file_that_is_not_there_or_no_yaml_is_refused(tmp_path):
    with pytest.raises(ThemeRefused, match="cannot be read"):
        load_theme(tmp_path / "theme.yml")
    (tmp_path / "theme.yml").write_text("a: [", encoding="utf-8")
    with pytest.raises(ThemeRefused, match="not YAML"):
        load_theme(tmp_path / "theme.yml")


def test_the_stylesheet_has_light_dark_and_paper(theme_file):
    css = theme_css(load_theme(theme_file()))
    assert css.count("--govuk-brand-colour:") == 3 and "prefers-color-scheme:dark" in css and "@media print" in css


def test_a_councils_name_logo_and_colours_are_on_the_page(make_client, theme_file, tmp_path):
    (tmp_path / "arms.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    file = theme_file(name="Ask Borsetshire", logo="arms.svg", logo_text="Borsetshire Council", brand="#7a0019")
    client = make_client(theme=str(file))
    page = client.get("/").text
    assert "<title>Ask Borsetshire</title>" in page and 'alt="Borsetshire Council"' in page
    assert "--govuk-brand-colour:#7a0019;" in client.get("/theme.css").text
    assert client.get("/theme-logo").headers["content-type"] == "image/svg+xml"
    assert '"colour": "#7a0019"' in client.get("/embed.js").text
