"""The content editor's pages: the queue of questions, answers and their dates, sections, abbreviations, exports."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from bot.accounts import audit
from bot.accounts.sessions import SignedIn
from bot.desk.pages.access import desk_of, reader, writer
from bot.desk.services.library import abbreviations, answers_by_topic, sections
from bot.desk.services.queue import UnknownItem, as_csv
from bot.gateway.web.lanes import DeskRoute
from bot.guidance.answers import load_answers

ContentReader = Annotated[SignedIn, Depends(reader("content"))]
ContentWriter = Annotated[SignedIn, Depends(writer("content"))]


def router() -> APIRouter:
    """Return the routes of the content editor's pages."""
    routes = APIRouter(route_class=DeskRoute)

    @routes.get("/staff/questions")
    def queue(request: Request, who: ContentReader, state: str = "new") -> Response:
        desk = desk_of(request)
        try:
            items = desk.queue.items(state)
        except UnknownItem as error:
            raise HTTPException(404) from error
        context = {"items": items, "state": state, "counts": desk.queue.counts(), "titles": _titles()}
        return desk.page(request, who, "questions.html", context)

    @routes.post("/staff/questions/export")
    def export(request: Request, who: ContentWriter) -> Response:
        return csv_file(desk_of(request).queue.export(who.name), "questions.csv")

    @routes.get("/staff/questions/{number}")
    def item(request: Request, who: ContentReader, number: int, done: bool = False) -> Response:
        desk = desk_of(request)
        try:
            found = desk.queue.item(number)
        except UnknownItem as error:
            raise HTTPException(404) from error
        return desk.page(request, who, "question.html", {"item": found, "titles": _titles(), "done": done})

    @routes.post("/staff/questions/{number}")
    def change(
        request: Request, who: ContentWriter, number: int, state: Annotated[str, Form(max_length=10)] = ""
    ) -> Response:
        try:
            desk_of(request).queue.set_state(number, state, who.name)
        except UnknownItem as error:
            raise HTTPException(404) from error
        return RedirectResponse(f"/staff/questions/{number}?done=1", status_code=303)

    @routes.get("/staff/answers")
    def answers(request: Request, who: ContentReader, topic: str = "") -> Response:
        """Show every topic with its counts or, for one topic, its answers."""
        desk = desk_of(request)
        by_topic = answers_by_topic(date.today())
        if topic and topic not in by_topic:
            raise HTTPException(404)
        context = {"by_topic": by_topic, "topic": topic, "feedback": desk.feedback.counts()}
        return desk.page(request, who, "answers.html", context)

    @routes.post("/staff/answers/export")
    def export_answers(request: Request, who: ContentWriter) -> Response:
        """Give every answer with its dates and what people said of it."""
        desk = desk_of(request)
        feedback = desk.feedback.counts()
        lines = [
            [
                state.answer.name,
                state.answer.title,
                state.answer.reviewed,
                "; ".join(
                    f"{document.short_title} ({document.review_due or document.published})" for document in state.late
                ),
                "; ".join(state.answer.sources),
                *feedback.get(state.answer.name, (0, 0)),
            ]
            for states in answers_by_topic(date.today()).values()
            for state in states
        ]
        with Session(desk.engine) as session, session.begin():
            audit.record(session, who.name, "answers.exported", "answers", lines=len(lines))
        headings = ["answer", "title", "reviewed", "documents past their date", "sections", "useful", "not useful"]
        return csv_file(as_csv(headings, lines), "answers.csv")

    @routes.get("/staff/sections")
    def every_section(request: Request, who: ContentReader) -> Response:
        return desk_of(request).page(request, who, "sections.html", {"sections": sections()})

    @routes.get("/staff/abbreviations")
    def short_forms(request: Request, who: ContentReader) -> Response:
        return desk_of(request).page(request, who, "abbreviations.html", {"abbreviations": abbreviations()})

    return routes


def csv_file(text: str, name: str) -> Response:
    """Return a CSV file to save, with the mark that has a spreadsheet read it as UTF-8."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)


def _titles() -> dict[str, tuple[str, str]]:
    """Return each answer's id and title by its name."""
    return {answer.name: (answer.id, answer.title) for answer in load_answers().values()}
