"""The kinds of sentence that ask for a person, or ask SENDIASS to act. Each is a form; any words may fill it.

They are read in the normalised message (lower case, dialect and text-speak put into plain words).
"""

from __future__ import annotations

import re

from bot.reading.bounds import ASIDE
from bot.reading.text import clean, normaliser, sentences

_ANY = (
    r"(?:some ?(?:one|body|1)|sum(?:one|1|body|body)|any ?(?:one|body|1)|(?:a |the |an |some |your |ur |one of your |one of the |ye?r )?"
    r"(?:(?:real|actual|proper|live|living|human|trained|qualified|named|independent|nice|send|sen|flesh and blood|breathing) ){0,3}"
    r"(?:person|body|human(?: being)?s?|adviser|advisor|advisors|advisers|agent|operator|case ?worker|case officer|"
    r"representative|rep|advocate|supporter|support worker|key ?worker|worker|colleague|member of (?:staff|(?:the|your) (?:\w+ )?(?:team|staff))|one of (?:you|your \w+|the team|(?:them|the|your) (?:sendiass|advice) \w+)|"
    r"staff(?: member)?|team member|consultant|human voice|real voice|duty worker|lady|bloke|expert|specialist|professional|solicitor))"
)
_SENDIASS = r"(?:sendiass?|sendias|the (?:send )?(?:information,? )?(?:advice|support)(?:,? (?:and )?(?:advice|support))* (?:service|team|line|people|lot))"
_SOMEBODY = rf"(?:{_ANY}(?: (?:from|at|of|in) (?:the )?(?:{_SENDIASS}|team|service|council|your team))?|{_SENDIASS})"
_ME = r"(?:me|us|my \w+|our \w+|her|him|them|wor \w+)"
_MINE = r"(?:my|our|his|her|their|the|this|these|that|it|them|wor|your|a|an|some|[a-z]+'s)"

_MEETING = r"(?:meetings?|reviews?|tribunal|hearing|appeal|mediation|panel|tribunals|school|appointment|assessment|taf|tac|council|interview|session|table|it)"
_PAPERS = (
    r"(?:plans?|ehcp'?s?|ehc|ehc plans?|papers?|paperwork|reports?|letters?|forms?|appeal|case|draft|documents?|file|folder|notes|offer|"
    r"bundle|statement|wording|application|request|complaint|situation|e-?mails?|evidence|referral|views)"
)
_CALL = r"(?:ring|phone|call|telephone|contact|text|e-?mail|message|bell|speak to|talk to|talk with|speak with|get (?:back to|in touch with|hold of)|get back|write to)"

_WISH = r"(?:can|could|cud|will|would|wud|won't|any chance|is there|is it possible|are there|need|want|wants|wanting|like|love|prefer|rather|looking for|find|get|send|have|let|please|give|do with|hoping|wish|have you got|has|kindly|ask|tell)"

_FORMS = [
    # Put me through, pass me on, refer us to SENDIASS.
    rf"\b(?:put|pass|patch|switch|transfer|connect|hand|move|redirect|divert|get) (?:me|us|this|it|my \w+|our \w+|this \w+|the chat|\w+)?(?: (?:straight|right|direct(?:ly)?))?(?: (?:through|over|on|onto|across))? ?(?:on)?(?:to|with|onto) {_SOMEBODY}\b",
    r"\b(?:put|pass|patch|hand) (?:me|us) (?:through|over|on)\b",
    rf"\brefer (?:me|us|him|her|them|my \w+|our \w+|this \w+|a \w+|the \w+) (?:on )?(?:to|onto) {_SENDIASS}\b",
    rf"\b(?:refer|referral|refer a \w+) (?:\w+ )?to {_SENDIASS} (?:please|plz|pls)|\bmake a referral to {_SENDIASS}\b",
    rf"\b(?:pass|send|give) (?:my|our|his|her|these|this) (?:\w+ ){{0,3}}(?:to|on to|over to) {_SOMEBODY}\b",
    # Talk to a person.
    rf"\b(?:speak|speek|talk|tlk|taal?k|chat|natter|get through|conversation|word|chinwag|reach|discuss (?:[\w'-]+ ){{1,6}}|explain (?:\w+ ){{1,6}}|go over (?:\w+ ){{1,5}}|talk (?:\w+ ){{1,4}}(?:over|through) )(?: (?:directly|properly|in private|privately|in person|confidentially|on the phone))? ?(?:to|with) {_ANY}\b(?! (?:at|in|from) (?:the |his |her |my |our |their )?(?:school|nursery|college|hospital|clinic|nhs|camhs)\b)",
    rf"\b(?:want|need|like|prefer|rather|let me|please|can i just|have to|love)\b(?: \w+){{0,2}} (?:to )?(?:speak|talk|chat|get on the phone) (?:to|with) {_SENDIASS}\b",
    r"\b(?:rather|prefer to|prefer|sooner|instead|much better if i) (?:speak|talk|ring|phone|explain|tell|hear) (?:to )?(?:a |an |some)?(?:someone|somebody|person|human|body|it out|it through|about it|than)\b|\b(?:prefer|rather|sooner) (?:to )?(?:talk|speak|hear (?:a|it))\b|\b(?:talk|speak|ring|phone) (?:someone |somebody )?instead\b",
    rf"^(?:get|give|gimme|find|fetch|bring|show|send)(?: me| us)? {_ANY}(?: (?:please|pls|now|else|instead|real|proper|here|on the phone|to talk to|who).*)?$",
    r"\b(?:i|we|just|really|only) (?:\w+ )?(?:want|need|demand|require|request|would like|'d like|prefer) (?:to (?:see|have|get|deal with) )?(?:a |an )?(?:(?:real|actual|proper|live|human) )*(?:person|human(?: being)?|adviser|advisor|advocate|agent|operator|case ?worker|representative|support worker|call ?back)\b(?! (?:budget|centred|centered|plan|health|for (?:his|her)))",
    r"\b(?:a |an )?(?:real|actual|living|human|proper) (?:life )?(?:person|human|adviser|advisor|being|agent|voice)\b(?!.{0,200}\b(?:am i|are you|r u|is this|who am)\b)",
    r"\b(?:out of|away from|off|leave|quit|exit|escape|stop|end|past) (?:of )?(?:this|the|talking to (?:a|this)) (?:chat ?)?(?:ro)?(?:bot|machine|computer|chatbot|thing)\b",
    r"\b(?:don'?t|do not|not|no|no more|sick of|fed up (?:with|of)|hate|instead of|rather than|never|enough of) (?:\w+ ){0,4}(?:ro)?(?:bots?|machines?|computers?|chatbots?|automated \w+)\b.{0,40}\b(?:human|person|someone|somebody|people|real)\b",
    r"\b(?:live ?chat|web ?chat|chat live)\b.{0,25}\b(?:human|person|someone|somebody|staff|adviser|advisor)\b",
    # Ring me, call us back.
    rf"\b(?:{_SOMEBODY}|one of (?:you|them|your \w+)|you(?:s|r team)?) (?:who |that )?(?:to |can |could |please |will |would |should |just |maybe |kindly )*(?:{_CALL} (?:{_ME}|back)|(?:give|drop) {_ME} a (?:bell|ring|call|shout|line))\b(?! (?:appointment|an? assessment|support|help|money|what|how|why|if|whether))",
    r"^(?:please |plz |pls |can (?:you|u|yous|ye) |could (?:you|u) |will (?:you|someone) )?(?:please )?(?:ring|phone|call|telephone|contact) (?:me|us)(?: back)?\b(?!.* (?:what|how))",
    r"\b(?:get|have|ask|tell|want|need|like) (?:\w+ )?(?:"
    + _SENDIASS
    + r"|someone|somebody|an? (?:adviser|advisor|person|worker)) (?:to |2 )?(?:(?:please |just )*)(?:"
    + _CALL
    + r"|come|help (?:me|us)|take|get involved|speak|act|attend|support|look|go|sit|deal|sort)\b",
    r"\b(?:request|want|need|like|arrange|book|have|get) (?:a |an )?(?:call ?back|phone ?call|telephone call|call from|home visit from)\b",
    # Somebody at my side.
    rf"\b{_SOMEBODY} (?:who |that |who'?ll |to |can |could |will |would |'?ll |might |please |there to |able to |willing to )*(?:come|go|sit|be|stand|attend|accompany|join|support|back|represent|stick up for|speak (?:up )?for|advocate for|be there)\b(?: (?:along|there|in|down|beside|alongside|on|out|up|at))*(?: (?:{_ME}))?(?: (?:to|with|in|at|for|by|through|on|beside))*(?: (?:me|us|{_MINE}))?(?: \w+){{0,3}} ?(?:{_MEETING}|with (?:me|us)|beside (?:me|us)|for (?:me|us)|side|corner|alongside (?:me|us))\b",
    r"\b(?:someone|somebody|anyone|a person|an? (?:adviser|advisor|advocate|supporter)) (?:\w+ ){0,3}(?:on|in|by|at) (?:my|our) (?:side|corner)\b",
    r"\b(?:who (?:will|can|could|would|might)|is there anyone(?: who)?|will anyone|will anybody) (?:can |could |will |would |to )?(?:come|go|sit|attend) (?:\w+ ){0,5}(?:with|alongside) (?:me|us)\b",
    # Somebody to read, to write, to look at our own papers.
    rf"\b{_SOMEBODY} (?:who |that |to |can |could |will |would |please |there to |able to |willing to |just |maybe |sit down and |sit with (?:me|us) and )*(?:have a look|take a look|look|go|read|check|cast an eye|run|proof ?read|review|talk (?:me|us)|walk (?:me|us)|sit|advise (?:me|us))(?: \w+){{0,3}}? (?:at|over|through|into|on|down|it|with)?\b.{{0,20}}?\b(?:{_MINE}) (?:\w+ ){{0,3}}?{_PAPERS}\b",
    rf"\b{_SOMEBODY} (?:who |that |to |can |could |will |would |please |there to |able to |just )*(?:help|assist|support|sit (?:down )?with|give) (?:me|us|my \w+|a hand)(?: (?:to|with|in|and|a hand))* (?:a hand )?(?:with )?(?:to )?(?:write|writing|word|wording|fill|filling|draft|drafting|complete|completing|prepare|preparing|put together|put in|do|understand|make sense of|read|reply|respond|answer|appeal|fight|challenge|compose|set out|say)\b.{{0,25}}?\b(?:{_MINE}) (?:\w+ ){{0,3}}?{_PAPERS}\b",
    rf"\b(?:i need|i want|i'?d like|we need|we want|is there|looking for|could do with|want|need) {_SOMEBODY} (?:who |that |to |can |could |will |would |'?ll )*(?:fight|take (?:it|this|my|our)|deal with (?:it|this|my|our)|sort (?:it|this|my|our)|advise (?:me|us)|challenge|explain (?:it|this) to (?:me|us)|speak (?:up|on my)|talk (?:to me|with me|it|this|things)|listen)\b",
    rf"\b(?:explain|tell|show|describe|say|lay|set|go|run|take|pour) (?:it|this|that|things|everything|it all|all this|my \w+|our \w+|the (?:whole )?\w+)(?: \w+){{0,3}} (?:to|with|past|by|in front of|out to) {_ANY}\b",
    rf"\b{_ANY} (?:else )?(?:that )?(?:i|we) (?:can|could|might|may) (?:just |actually |please )*(?:speak|talk|ring|phone|call|email|see|meet|contact|turn to|chat)(?: (?:to|with))?\b(?! (?:\\w+ )?(?:about (?!(?:it|this|my|our)\b)|at (?:the )?(?:school|nursery)))",
    rf"\b{_ANY} (?:\w+ ){{0,4}}?(?:(?:explain|talk|go|take|run) (?:\w+ ){{0,6}}?(?:over|by|on) (?:the )?(?:phone|telephone)|(?:talk|walk) (?:me|us) through|sit (?:\w+ ){{0,2}}?(?:with|beside) (?:me|us)|(?:meet|visit) (?:me|us))\b",
    rf"\b(?:need|want|have|like|get|find|send|is there|was) {_ANY} (?:\w+ ){{0,1}}?(?:with|beside|alongside|behind) (?:me|us)\b",
    rf"\b(?:need|want|find|fetch|get|give|like|prefer|rather have) (?:me |us )?{_ANY} (?:who|that) (?:understands?|does|can help (?:me|us)|will help (?:me|us)|gets (?:it|me|us)|knows (?:what|about (?:this|it|us)|us|me|the system)|will listen|listens)\b",
    rf"\b(?:can|could|will|would) {_ANY} (?:please )?help(?: (?:me|us))?(?: (?:with|in|on) (?:this|it|that|my case|our case|my situation|all this))?(?: please)?$",
    rf"^(?:is|are) there {_ANY}(?: (?:real|there|here|else|on here|around|available|on the line|at the end of this|i can \w+.*|to talk to|to speak to))*$",
    rf"\b(?:can|could|may) i (?:\w+ )?(?:get|have|see|book|meet) (?:(?:an? )?(?:meeting|appointment|session|chat|support|help|word|call) (?:\w+ )?(?:with|from|by) )?{_ANY}\b(?: (?:in person|on the line|on the phone|face to face|please))*(?! (?:to|who) (?:come|do|teach|help (?:him|her|them)|see|assess))",
    r"\bput (?:me|us|my \w+|our \w+) in (?:touch|contact)\b|\b(?:transfer|connect|forward) (?:me|us)\b|\bpass (?:on )?my (?:details|number|name|question)(?: (?:on|over|to))?\b",
    r"\b(?:get|let|have|want|ask|can|could) them (?:to )?(?:ring|call|phone|contact|e-?mail|text|get in touch)\b|\b(?:can|could|will|would) they (?:please )?(?:ring|call|phone|contact|get in touch with) (?:me|us)\b",
    rf"^(?:please |can you |could you |pls |plz )*(?:contact|message|ring|tell|ask|e-?mail|get|phone|call) {_SENDIASS} (?:for (?:me|us)|to|i|we|that|on my behalf|on to|involved|in)\b",
    rf"\b(?:want|book|like|need|requesting|request|arrange|have|get) (?:an? )?{_SENDIASS} (?:at|for|to|on|with|case ?worker|officer|adviser|advisor|support for|involved|call ?back|representative|worker)\b",
    rf"\b(?:would|could|can|will) {_SENDIASS} (?:please )?(?:come|speak|ring|call|phone|attend|sit|look|read|write|represent|go|take)\b.{{0,40}}\b(?:me|us|my|our|wi us)\b",
    r"\b(?:speak|talk|who is|get) (?:to |me )?(?:your|ur|yer|the|a) (?:manager|supervisor|boss|superior)\b",
    # A complaint about those who run plans: SENDIASS stands by families in it.
    r"\b(?:want|wants|like|need|wish|going|have) to (?:\w+ )?(?:complain|make a (?:formal )?complaint|lodge a (?:formal )?complaint|report|raise a complaint)\b.{0,40}\b(?:ehc|ehcp|sen|send|plan|casework|case|assessment|council'?s?|statutory) ?(?:\w+ )?(?:team|people|officers?|coordinators?|co-ordinators?|case ?workers?|staff|service|department|lot)\b",
    r"\b(?:get(?:ting)?|having?) (?:a |an )?(?:human(?: being)?|person|adviser|advisor) (?:on|in here|here|to (?:talk|speak|answer|read))\b",
    # Our own case.
    r"\b(?:advice|help|support|someone|somebody)\b.{0,20}\b(?:my|our|his|her) (?:own |individual |particular |specific |personal )?(?:case|situation|circumstances)\b.{0,30}\bnot (?:just )?(?:general|generic|information|leaflets?)",
    r"\b(?:one to one|1 to 1|1:1|face to face|individual|personal|confidential) (?:advice|conversation|chat|appointment|session|meeting)(?: (?:with|from) (?:an? |some)?(?:adviser|advisor|person|one|body))",
]
# Each form begins at a word: said once, it need not be asked of each at every letter.
_WISHES = re.compile(rf"(?:\b|^)(?:{'|'.join(_FORMS)})", re.I)
_ALONE = re.compile(
    rf"(?:please |just |get |i want |want |need |gimme |give me ){{0,5}}(?:{_ANY}|sendiass|hand ?over|live (?:chat|agent|person)|customer (?:service|care|support)s?|help ?desk|"
    r"call ?back|phone call|next agent|(?:sendiass )call ?back|(?:speak|talk|message|chat|contact)(?: to| with)? sendiass|escalate|supervisor|manager|speak to human|talk to human|chat with human|help line|human help|real help)(?: (?:please|pls|plz|now|pet|thanks|needed|required|asap))*",
    re.I,
)
# What asks how things are, not for somebody: about SENDIASS, about those at school, about rules.
_INFORMATION = re.compile(
    r"^(?:and |so |but |hi |hello |please |ok )*(?:what|wot|when|where|why|how (?:do|does|can|would|should|many|much|long|often|is|are|soon)|which|whose|who (?:is|are|do|does|should|would|pays|provides|decides)|"
    r"do|does|did|is it|is this|are they|has|have (?:they|you got|sendiass)|should|must|may|am i|if)\b"
    r"|\b(?:are you|am i (?:talking|speaking|chatting)|is this) (?:\w+ ){0,3}(?:a |an |to )?(?:real|actual|person|human|robot|bot|computer|machine)\b",
    re.I,
)
_STILL_A_WISH = re.compile(
    r"^(?:do (?:you|u|ye|yous|you guys) (?:have|got)|have (?:you|u|ye|yous) got)\b.{0,40}\b(?:live ?chat|human|real person|someone|somebody|adviser|advisor|anyone)\b"
    rf"|^(?:how (?:do|can|would) (?:i|we|you)|where (?:do|can) (?:i|we)|what do i (?:press|do|type)|is it possible|how) (?:\w+ ){{0,4}}(?:speak|talk|chat|get (?:hold of|through)|get|reach) (?:to |with |an? )?(?:{_ANY})\b(?! (?:at|in|from) (?:the )?(?:school|nursery|college|hospital))"
    r"|\bhave (?:somebody|someone|an adviser) (?:ring|call|phone|contact) (?:me|us)\b",
    re.I,
)


def wants_person(text: str) -> bool:
    """Tell whether a sentence of a message, as typed, asks for a person by its form."""
    normalise = normaliser()
    return any(find_wish_for_person(normalise(part)) for part in sentences(clean(text)) or [clean(text)])


def find_wish_for_person(sentence: str) -> str | None:
    """Return the words of a normalised sentence by which it asks for a person, or None."""
    said = re.sub(r"\s+", " ", ASIDE.sub(" ", sentence)).strip(" .!?,")
    if _ALONE.fullmatch(said):
        return said
    found = _STILL_A_WISH.search(said) if asks_for_information(said) else _WISHES.search(said)
    return found[0] if found else None


def asks_for_information(sentence: str) -> bool:
    """Tell whether a sentence asks how something is, rather than for somebody to come, ring or read."""
    return bool(_INFORMATION.search(sentence))
