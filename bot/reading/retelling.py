"""Is somebody asking, right after an answer, to be told it in easier words or at more length?

Read by rule, and only what is certain. A message must be made of words that name no subject (`_EMPTY`, `_OF_A_WISH`) and hold a sign of
the wish. So "what does that mean" is such a wish, while "what does EHCP mean" and "tell me more about short breaks" are questions.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.reading.person import find_wish_for_person

Form = Literal["simpler", "more"]

LONGEST_WORDS = 30

# No third person ("he does not get it" is about a child), and no "how", "who" or "when".
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """
        a about above actually add added after again ah all also am an and another answer answered answers any anything are as at aw
        aware aye back background basic basically be because been being better big bit bite bits bot both bottom break brief briefly but
        by called can canna cannit cannot cant chance cheers chunks clear clearly come computer cos could couldnt coz cud cut dat dead
        description detail details did didnt difficult dinnae do does doesnt doing done dont down duck dunno each earth easy else
        english enough er erm even ever every everyday everything exactly example examples explanation fancy far fast few find folk for
        formal forward found from full fully funny gan get gets getting give given giving go god goes going good got great had half halfway
        hang hard hardly has have havent having head hear heck hell hello helpful here hey hi hinny hiya hm hmm hold honest honestly
        hope huh human i id if ill im impossible in info information instead interesting into is isnt it its ive just keep keeps kind
        kinda knaa know knowing known language last lay layman laymans least length less let like line little lol long longer look lost
        lot lots love lovely made make makes making man many marra mate may maybe me mean meaning means meant message might mind mine
        moment most much my myself nah naw ne need needs never next nice no none nope nor normal not nothing now nowt nutshell odd of
        off oh ok okay omg on once one ones only or ordinary other otherwise our out over owt pal paragraph pardon part parts people
        perhaps person pet plain please plese pls plz point points posh possible possibly proper properly put putting quick quickly
        quite rather re read reader reading real really reply right robot run said saw say says see seem seems send sense sent sentence
        sentences shall share short should show simple simply since sized slow slower slowly so some somehow something sorry sort speak
        steps still stop straight straightforward stuff such suppose supposed sure ta tail tails take tell telling terms text tha than
        thank thanks that thatll thats the them then there theres these thing things think this tho those though through thx til till to
        too trouble try trying turn u uh um until up us use useful using version very wait want wanted wanting was wasnt wat way we wee
        well went were weve wey what whatever whats which whole will wish with without wont word worded words worth would wouldnt wow
        write writing written wrote wud x xx ya ye yeah yep yer yes yet you your youre yous youve
        """,
    )
)
# Words that belong to the wish itself.
_OF_A_WISH = re.compile(
    r"simpl\w*|eas(?:y|ier|iest|yer)|plain\w*|clear\w*|short\w*|small\w*|briefer|fewer|confus\w+|baffl\w+|bamboozl\w+|muddl\w+|flummox\w+|"
    r"complicat\w*|wordy|winded|technical|legal|foreign|waffl\w*|jargon|gibberish|gobbled\w+|double|dutch|mud|explain\w*|rephras\w+|reword\w*|"
    r"rewrit\w+|clarif\w+|summar\w+|sum|shorten\w*|translat\w+|condens\w+|tldr|gist|dumb\w*|broken|boil|water|spel(?:t|l|led)|repeat\w*|"
    r"differently|different|syllables?|used|under\w{0,20}stan\w*|understood|undertsand|undrstand|grasp|follow\w*|compute|clue|idea|scooby|wiser|main|key|basics|"
    r"struggl\w+|tricky|late|eh+|huh+|wots?|wats|summat|gettin|dnt|hasnt|divv?ent|cudnt|help\w*|saying|talk\w*|someone|anyone|"
    r"elaborat\w+|expand\w*|further|more|mor|extra|additional|fuller|finer|detailed|complete|bigger|picture|story|deeper|depth|rest|specific\w*"
)
# Said of oneself, and neither here nor there.
_EXCUSE = re.compile(
    r"\b(?:(?:i am|im) (?:\w+ ){0,2}(?:dyslexic|tired|thick|slow|knackered|exhausted|autistic)"
    r"|(?:i am|im) not (?:\w+ )?(?:good|great|clever|bright|academic)(?: (?:with|at) \w+(?: \w+)?)?"
    r"|(?:i am|im) (?!not )(?:(?:so|just|absolutely|really|dead|proper|a bit) ){0,2}(?:an? (?:\w+ ){0,2})?\w+ (?=(?:can|could|please) )"
    r"|(?:i|we) (?:have|have got|got|ve got) (?:dyslexia|a learning disability|learning difficulties|brain fog)"
    r"|(?:i|we) (?:really )?(?:struggle|find it hard) (?:with reading|to read|with words|with english|reading)"
    r"|(?:my )?english is(?:nt| not)(?: \w+)? (?:good|great|first language|best)|my english is (?:bad|poor)"
    r"|(?:my )?(?:head|brain) (?:is |s )?(?:hurts|mashed|fried|gone|wrecked|spinning|battered)"
    r"|(?:ive|i have) (?:had )?(?:no sleep|a long day|a headache|a migraine)|its (?:late|been a long day|late at night)"
    r"|why (?=(?:dont|cant|not) (?:you|just))|^how (?=do (?:you|u|ya|ye) mean))\b"
)
_LIKE_A_CHILD = re.compile(
    r"\b(?:like|as if|as though|so(?: that)?|for|to|as) (?:im |i am |i was |i were |you would to |even ){0,4}(?:a |an |my )?"
    r"(?:5|6|10|five|six|ten|kid|child|stupid|thick|idiot|daft|bairn|dummy|dummies)(?: years? old)?"
    r"(?: (?:can|could|will|would) (?:understand|get|follow)(?: (?:it|that))?)?\b|\beli ?5\b"
)

_NOT = (
    r"(?:not|dont|dnt|didnt|doesnt|cant|cannot|canna|cannit|couldnt|cudnt|havent|hasnt|isnt|wasnt|never|divvent|divent|dinnae|hardly|no|none|"
    r"nothing|nowt|makes? no)"
)
_UNDERSTAND = r"(?:understand|understood|understands|understanding|undertsand|understnad|undrstand|understan|grasp|follow|following|followed|compute)"
_THIS = r"(?:it|that|this|tha|dat|what|all|any of|a word|half|most of|you|ya|the (?:last )?(?:answer|bit|part)|your)"
_PLAIN = r"(?:simple|easy|plain|clear|short|normal|basic|everyday|ordinary|straightforward|laymans?|lay|small|proper)"
_PLAINER = (
    r"(?:simpler|simplier|simplar|simply|easier|easyer|plainer|plainly|clearer|clearly|shorter|smaller|briefer|"
    r"more (?:simple|plain|clear|basic))"
)
_WORDS = r"(?:words?|terms?|english|language|version|way|sentences?|bits|chunks|steps|person|people|folk|explanation|answer|read|talk|summary)"
_ASK = (
    r"(?:say|put|tell|make|explain|write|word|use|give|speak|talk|have|want|need|keep|answer|read|show|be|do|try|send|please|pls|plz|chance|"
    r"possible|any|there)"
)
_WHAT = r"(?:what|wot|wat|whats|wots|wats|which)"


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


def _then(first: str, later: str) -> str:
    """Return a pattern for `first` and, anywhere after it, `later`. Only the first `first` is tried, so that time stays linear."""
    return rf"^(?:(?!\b{first}\b).)*\b{first}\b.*\b{later}\b"


# What looks like a wish and is none.
_NO_WISH = _any_of(
    # "thanks, that makes it easier", "that was clear"
    r"\b(?:makes|made|is|was|were|s|thats|its|been|got|gets|much|lot|bit|so|very|really|quite|nice and|lovely and) "
    r"(?:it |that |this |all |a |much |so |lot |bit |very |far |nice |really |quite ){0,6}"
    rf"(?:{_PLAIN}|{_PLAINER})(?: now| enough| to me| then| thanks?| to (?:read|understand|follow)| ta| cheers)*$(?<!not clear)",
    r"^(?:so |and |but |ok |then )*(?:does|do) (?:all )?(?:that|this|it) (?:all )?mean\b|\bmeans? (?:i|we|you) ",
    r"\b(?:i|we|me|us|to) (?:can |should |must |could |still )?do\b(?! (?:not|you))|\bwhat (?:to|now)\b",
    r"\bnot (?:what|that) i (?:said|meant|wanted|mean)\b|\bi (?:mean|meant)\b|\bdont (?:want|need|tell|say|explain|give|send)\b",
    # Time that something takes
    _then("long", "wait"),
    r"\bbeen (?:\w+ )?(?:too|so|very) long\b|^(?:it|that) (?:is |has )?(?:takes|took|been)\b",
    # More of the help itself: "can i get more"
    r"\b(?:get|have|want|need|take|give (?:me|us)) (?:any |some |a |bit |lot |lots |much |little |even |of )*more"
    r"(?! (?:info|detail|of (?:it|that)|about|clear|simpl|plain|basic|than))",
)
_SIMPLER = _any_of(
    # How it should be said
    _then(_ASK, rf"(?:{_PLAINER}|{_PLAIN}|simplest|easiest|plainest|shortest)"),
    rf"\b(?:in|with|using|into) (?:\w+ ){{0,3}}(?:{_PLAIN}|{_PLAINER}|fewer|other|less) {_WORDS}\b",
    rf"^(?:\w+ ){{0,2}}(?:{_PLAINER}|{_PLAIN} {_WORDS})\b|\b(?:{_PLAINER}|fewer|smaller|less) {_WORDS}\b",
    r"\bin (?:short|brief|english|a nutshell)\b|\b(?:easy read|short version|quick version|plain english)\b",
    r"\b(?:words|english|language|terms|so|way|that|answer) (?:that |so )?(?:i|we|a (?:\w+ )?person|people|someone|anyone) "
    r"(?:(?:can|could|will|would) (?:understand|get|follow|read)|understand)\b",
    r"\b(?:explain|rephras|reword|rewrit|clarif|simplif|summari|shorten|translat|condens)\w*\b|\b(?:summary|tldr|gist|nutshell)\b",
    r"\b(?:sum|dumb|break|cut|boil|water|dumbed|broken) (?:\w+ ){0,3}(?:up|down)\b|\bspel(?:l|led|t) (?:it |that )?out\b",
    r"\b(?:main|key) points?\b|\bbottom line\b|\bthe basics\b|\b(?:other|different|another) (?:words|way)\b|\bdifferently\b",
    _then("(?:say|come|tell me|put|repeat|run)", "again"),
    r"\brepeat (?:that|it)\b",
    # Not understood
    rf"\b{_NOT} (?:\w+ ){{0,4}}{_UNDERSTAND}\b|\b{_UNDERSTAND} (?:none|nothing|nowt|not a word|very little|hardly any)\b",
    rf"\b{_NOT} (?:really |quite |even |fully |actually |still |just |honestly |properly )*(?:get|getting|gettin) {_THIS}\b",
    rf"\b{_NOT} (?:\w+ )?take (?:\w+ ){{0,3}}in\b|\b{_NOT} (?:\w+ ){{0,2}}(?:make|makes|making)(?: any| much| a lot of)? sense\b",
    rf"\b{_NOT} (?:\w+ ){{0,2}}(?:clear|with you|with ye)\b|\b(?:no|not a|havent a|not got a|havent got a) (?:idea|clue|scooby) what\b",
    r"\b(?:hard|difficult|impossible|tricky|not easy|struggling|struggle|trying|help (?:me|us)|helping me)(?: for (?:me|us))? "
    r"(?:to )?(?:understand|follow|read|take (?:it |that |all (?:that |it )?)?in|understanding)\b",
    r"\bmakes? no sense\b|\bmake (?:any )?sense of\b|\bheads? (?:n|or|nor|and) tails?\b|\bmeans? nothing\b",
    r"\b(?:too|way too|so|bit|far too|very|really) (?:\w+ )?(?:complicated|complicatd|confusing|wordy|waffly|formal|technical|long winded|"
    r"long(?! (?:for (?!me|us)|i|we|since|a |to (?!read|take|follow|understand)))|"
    r"much (?:info|information|to (?:take|read)|reading|writing|jargon)|many (?:\w+ )?words)",
    r"\b(?:complicated|confusing|wordy|waffly|jargon|waffle|gibberish|gobbled\w+|double dutch|clear as mud|foreign language)\b",
    r"\b(?:big|long|fancy|hard|posh|difficult) words\b|\blots? of words\b|\b(?:over|above) my head\b|\b(?:none the|no) wiser\b",
    r"\b(?:lost me|got lost|confused|confuses|baffled|baffles|bamboozled|muddled|flummoxed)\b",
    r"^(?:i am|im|we are|i was)?(?: still| just| completely| totally| a bit| even more| so| very| really| now)* ?lost"
    r"(?: me| there| now| again| with that| by that)*$",
    # What it means
    r"^do (?:you|u|ya|ye) mean$|\bone syllable\b|\blot (?:to take|of it to take) in\b",
    _then(_WHAT, "(?:mean|means|meant|meaning)"),
    r"\b(?:mean|means|meaning) (?:what|wot|exactly)\b|^(?:the )?meaning\b",
    _then(_WHAT, "(?:on about|saying|getting at|trying to (?:say|tell)|telling me|talking about|want to say)"),
    r"^(?:whats|what is|what was) (?:all )?(?:that|this|it) (?:all )?about(?: then)?$",
    r"^(?:you |u |ye |wait |sorry |erm |er |um |oh |ok |hang on |no )*(?:eh+|huh+|what|wot|wat|pardon|uh)"
    r"(?: me| sorry| now| please| was that)*$",
)
_MORE = _any_of(
    r"\b(?:more|mor|further|elaborat\w+|expand\w*)\b|\b(?:extra|additional|full|fuller|finer) (?:info|information|details?)\b",
    r"\b(?:full|fuller|long|longer|whole|detailed|complete|bigger) (?:version|answer|story|text|one|explanation|picture)\b",
    r"\b(?:what|whats|owt|anything|summat|something) else\b|\bthe rest\b|\bbackground\b|\bgo (?:deeper|further)\b",
    r"^(?:and |so |is |ok |oh )*(?:that|this|it|thats) (?:is )?(?:all|it|everything|the lot)"
    r"(?: (?:you|there|i|have|got|know|can|say|tell|me|us|ve|is|then|it|to|get|need|now|for))*$",
    r"^is (?:that|it|this) (?:really |just )?(?:all|it|everything|the lot)\b",
    r"^(?:please |ok |okay |yes |yeah |aye |oh |right |interesting |great |good |thanks )*(?:go|gan|keep) (?:on|going|deeper|talking)"
    r"(?: then| please| pet| man| love)*$",
    r"\b(?:in|into|with|some|any|the|give|lots of)(?: \w+)? detail\b|^(?:\w+ ){0,4}details?(?: please| pls| plz)*$",
    r"\b(?:tell|know|say|give|show)(?: me| us)? (?:everything|all you know|all about (?:it|that|this))\b",
    r"\badd (?:anything |something |owt )?to (?:that|it|this)\b",
)
_MORE_CLEARLY = re.compile(rf"\b(?:{_PLAINER}|{_PLAIN} {_WORDS}|in english|clarify|simplify)\b")


def read(text: str) -> Form | None:
    """Return the form in which the last answer is wanted, or None where `text` is anything else."""
    said = " ".join(re.findall(r"[a-z0-9]+", re.sub(r"['\u2018\u2019`]", "", text.lower())))
    said = " ".join(_EXCUSE.sub(" ", _LIKE_A_CHILD.sub(" simply ", said)).split())
    words = said.split()
    if (
        not words
        or len(words) > LONGEST_WORDS
        or not all(word in _EMPTY or _OF_A_WISH.fullmatch(word) for word in words)
    ):
        return None
    if "help" in words and not re.search(r"\bhelp (?:me|us) (?:to )?(?:understand|follow)\b", said):
        return None
    if _NO_WISH.search(said) or find_wish_for_person(said):
        return None
    if _MORE.search(said) and not _MORE_CLEARLY.search(said):
        return "more"
    return "simpler" if _SIMPLER.search(said) else None
