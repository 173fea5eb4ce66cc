"""What the guide answers from, as staff look at it: answers with their dates, sections, abbreviations, citations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.guidance.answers import Answer, load_answers
from bot.guidance.briefs import briefs
from bot.guidance.dates import month_in_words
from bot.guidance.sources import Citation, Document, cite, load_documents
from bot.reading.vocabulary import load_vocabulary


@dataclass(frozen=True)
class AnswerState:
    """An answer and the documents it cites whose review date has passed (or that grew old)."""

    answer: Answer
    late: tuple[Document, ...]


@dataclass(frozen=True)
class SectionState:
    """A section of a document, and the answers that cite it."""

    document: Document
    section: str
    answers: tuple[Answer, ...]

    @property
    def title(self) -> str:
        """The section's title, as the document has it."""
        return self.document.sections[self.section]


def answers_by_topic(today: date) -> dict[str, list[AnswerState]]:
    """Return every answer by topic, each with the documents that are past their review date."""
    found: dict[str, list[AnswerState]] = {}
    for answer in sorted(load_answers().values(), key=lambda answer: (answer.topic, answer.title)):
        late = dict.fromkeys(
            citation.document.id for citation in citations(answer) if citation.document.is_stale(today)
        )
        documents = load_documents()
        found.setdefault(answer.topic, []).append(AnswerState(answer, tuple(documents[ident] for ident in late)))
    return found


def sections() -> list[SectionState]:
    """Return every section of every document with the answers that cite it."""
    citing: dict[tuple[str, str], list[Answer]] = {}
    for answer in load_answers().values():
        for citation in citations(answer):
            citing.setdefault((citation.document.id, citation.section), []).append(answer)
    return [
        SectionState(document, section, tuple(citing.get((document.id, section), ())))
        for document in load_documents().values()
        for section in document.sections
    ]


def abbreviations() -> list[tuple[str, str, bool]]:
    """Return each abbreviation, what it stands for, and whether it is so common that answers need not spell it out."""
    vocabulary = load_vocabulary()
    found = ((short.upper(), meaning) for short, meaning in vocabulary.abbreviations.items())
    return sorted((short, meaning, short in vocabulary.everyday) for short, meaning in found)


def citations(answer: Answer) -> list[Citation]:
    """Return the sections that an answer cites, the main one first."""
    documents = load_documents()
    return [cite(source, documents) for source in answer.sources]


def others_of_sections(answer: Answer) -> list[Answer]:
    """Return the other answers that cite a section of this one, those that share more sections first."""
    own = set(answer.sources)
    others = [other for other in load_answers().values() if other.id != answer.id and own & set(other.sources)]
    return sorted(others, key=lambda other: (-len(own & set(other.sources)), other.title))


def brief_of(answer: Answer) -> str | None:
    """Return what the answer's main section says in brief, for people who work with families."""
    return briefs().get(answer.sources[0])


def with_citation(answer: Answer, today: date) -> str:
    """Return the professional text of an answer with its sources, ready to copy into a letter or a report."""
    lines = [answer.text_for("professional").replace("**", ""), ""]
    for citation in citations(answer):
        document = citation.document
        late = ""
        if document.is_stale(today):
            late = (
                f"; review was due {month_in_words(document.review_due)}"
                if document.review_due
                else "; may be out of date"
            )
        place = f". {document.url}" if document.url else ""
        lines.append(
            f"Source: {document.title}, {document.published_in_words}, section “{citation.section_title}”"
            f" ({document.publisher}{late}){place}"
        )
    lines.append(
        f"Answer reviewed {answer.reviewed}. Copied {today.isoformat()} from the Local Offer Guide ({answer.name})."
    )
    return "\n".join(lines)
