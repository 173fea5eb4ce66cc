"""Patterns that find a message in which somebody may be in danger, whatever else it asks.

The text is made plain first (`plain`), then phrases that only sound dangerous are taken out (`calm_words`), and
what is left is searched by rules: who does what to whom, within a few words; what people say of themselves;
what staff write. A rule may be cancelled by a negation ("never hit him") or by a context that makes it an
ordinary worry. Every repetition in a pattern is bounded, so that the time grows with the text's length only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from bot.reading.bounds import bounded
from bot.reading.calm_words import is_back_safe, is_settled, without_calm_phrases

# --- plain text ------------------------------------------------------------------------------------------

_LOOKALIKES = str.maketrans("АВЕКМНОРСТХІЅаеорсухіѕкмнтв", "ABEKMHOPCTXISaeopcyxiskmhtb")
_DIGITS_AS_LETTERS = str.maketrans("013457@$", "oieastas")
_DISGUISED = re.compile(r"(?<=[a-z])[013457@$*](?=[a-z])")
_QUOTES = re.compile(r"['`´‘’ʼ\"“”]")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_REPEATED = re.compile(r"([a-z])\1{2,}")
_SENTENCE_END = re.compile(r"[.!?;]+|\n\s*\n")
_OTHER_SIGNS = re.compile(r"[^a-z0-9. ]+")

# Text-speak, dialect and habitual misspellings of the words that the rules stand on. Apostrophes are gone.
_PLAIN_WORDS = {
    "u": "you", "ur": "your", "wiv": "with", "w": "with", "thru": "through", "wi": "with", "wioot": "without", "withoot": "without", "wivout": "without", "coz": "because", "cos": "because", "cuz": "because",
    "n": "and", "an": "an", "wor": "our", "oor": "our", "divvent": "dont", "divint": "dont", "dinnae": "dont",
    "dunno": "dont know", "neet": "night", "nite": "night", "2nite": "tonight", "toneet": "tonight", "2day": "today",
    "gan": "go", "gannin": "going", "gans": "goes", "hyem": "home", "hame": "home", "doon": "down", "oot": "out",
    "da": "dad", "da's": "dads", "dar": "dad", "gonnae": "gonna", "gunna": "gonna", "goin": "going", "wanna": "want to",
    "wana": "want to", "wants2": "wants to", "gonna": "going to", "tryin": "trying", "carnt": "cant", "cannot": "cant",
    "cannit": "cant", "canna": "cant", "cudnt": "couldnt", "wudnt": "wouldnt", "didnae": "didnt", "nee": "no",
    "neebody": "nobody", "noone": "nobody", "nobodys": "nobody", "owt": "anything", "summat": "something",
    "summit": "something", "sumthing": "something", "sumone": "someone", "neva": "never", "nevr": "never",
    "anymore": "any more", "hisself": "himself", "hissel": "himself", "hesel": "himself", "himsel": "himself",
    "hersel": "herself", "herslef": "herself", "himslef": "himself", "mesel": "myself", "meself": "myself",
    "misel": "myself", "mysel": "myself", "themself": "themselves", "theirselves": "themselves",
    "thersel": "themselves", "sun": "son", "dauhgter": "daughter", "dawter": "daughter", "daugter": "daughter",
    "doughter": "daughter", "dorter": "daughter", "sista": "sister", "bruv": "brother", "babby": "baby",
    "babbie": "baby", "youngun": "young un", "sais": "says", "sed": "said", "sez": "says", "wot": "what", "wat": "what",
    "rn": "right now", "hert": "hurt", "hurtz": "hurts", "hitt": "hit", "hitts": "hits", "hitin": "hitting",
    "hiting": "hitting", "hiyt": "hit", "beet": "beat", "beets": "beats", "beeting": "beating", "beting": "beating",
    "swallied": "swallowed", "swalowed": "swallowed", "brething": "breathing", "breethin": "breathing",
    "brethin": "breathing", "breathe": "breathe", "brethe": "breathe", "breath": "breathe", "nt": "not",
    "missin": "missing", "mising": "missing", "fittin": "fitting", "deed": "dead", "dee": "die", "sucide": "suicide",
    "suicde": "suicide", "sewerside": "suicide", "sooicide": "suicide", "sucidal": "suicidal", "siuicidal": "suicidal",
    "suisidal": "suicidal", "kil": "kill", "killin": "killing", "abusin": "abusing", "cuttin": "cutting",
    "brusies": "bruises", "brooses": "bruises", "bruse": "bruise", "bruses": "bruises", "skool": "school",
    "pleez": "please", "selfharm": "self harm", "selfharming": "self harming", "selfharms": "self harms",
    "polis": "police", "te": "to", "telt": "told", "yem": "home", "gis": "gives", "gie": "give", "bein": "being", "nocked": "knocked", "nocking": "knocking", "fink": "think", "sumtimes": "sometimes", "abt": "about", "2": "to", "4": "for", "supped": "drunk", "takin": "taking", "thinkin": "thinking", "talkin": "talking", "sellin": "selling", "touchin": "touching", "kickin": "kicking", "slappin": "slapping", "smackin": "smacking", "punchin": "punching", "hurtin": "hurting", "beatin": "beating", "dyin": "dying", "livin": "living", "bleedin": "bleeding", "chokin": "choking", "runnin": "running", "sayin": "saying", "doin": "doing", "screamin": "screaming", "anybodys": "anybody", "sup": "drink", "bust": "broke", "rung": "rung", "woz": "was", "hav": "have", "havin": "having", "havnt": "havent", "hoy": "throw",
    "hoys": "throws", "hoyed": "threw", "hoyin": "throwing", "hoying": "throwing", "chuck": "throw", "chucks": "throws",
    "chucked": "threw", "lobbed": "threw", "hed": "hed", "knoking": "knocking", "knockin": "knocking",
    "oding": "overdosing", "odd": "odd", "od": "overdose", "anyfink": "anything", "nuffink": "nothing",
    "sumbody": "somebody", "scard": "scared", "skared": "scared", "scaird": "scared", "feart": "scared",
    "frit": "scared", "afeared": "afraid", "afrade": "afraid", "lyk": "like", "b": "be", "r": "are", "iv": "ive",
    "dnt": "dont", "dont2": "dont to", "wnt": "want", "cnt": "cant", "doesnot": "doesnt", "dosnt": "doesnt",
    "dosent": "doesnt", "doesent": "doesnt", "dusnt": "doesnt", "dizzent": "doesnt", "divn't": "dont", "divnt": "dont",
}  # fmt: skip


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Distinctive words of danger: a word one slip away (a letter lost, added, changed or swapped) is read as this one.
_SLIPPED_WORDS = _list(
    "suicide suicidal abused abusing abuses strangled strangling unconscious breathing bruised bruises bruising hitting "
    "punched punches punching slapped smacked kicking battered threatened threatens threatening attacked attacking "
    "overdose swallowed bleeding seizure violent violence molested disclosed disclosure safeguarding neglected "
    "neglecting husband daughter boyfriend partner stepdad stepmum missing hurting killing knife disappeared "
    "grooming groomed exploited touching touched ambulance beating frightened terrified scared choking collapsed domestic"
)
# Real words that are one slip away from those.
_NOT_SLIPPED = frozenset(
    _list(
        "battery batteries slipped snacked stacked smocked knit patter parted cooking chocking coking kissing messing "
        "massing musing mussing kicked ticking licking kidding filling kilning attached attaching collapse collapses hunting "
        "hinting huting hating halting hutting neglect neglects killings hitching pinched punch touches touch couching "
        "toughing partners partner daughters husbands husbandry violet violets violated breading breeding breathings "
        "threaten attack scored scarred sacred scares scarce spared stared shared exploits exploit exploiter beaming "
        "bearing boating belting bearings beatings grooms groomer groom knifed knives disclose discloses bruise bruiser "
        "braising domestics overdosed overdoses swallows swallow seizures ambulances frighten terrifies terrific terrify "
        "abuse abuser abusers amused accused buses slapping strangles strangle pouched pinches pinch pinched pinching munches lunches matching patched coaching missing "
        "mission missions misting kicker pricking picking nicking sticking hosting heating seating beatin bleeping "
        "blending bleedings pending hurling hurtling halting"
    )
)


def _one_slip_apart(one: str, other: str) -> bool:
    """Tell whether one letter lost, added, changed or swapped with its neighbour turns `one` into `other`."""
    if len(one) > len(other):
        one, other = other, one
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
    return swapped or one[start + 1 :] == other[start + 1 :]


@lru_cache(maxsize=20_000)
def _plain_word(word: str) -> str:
    if word in _PLAIN_WORDS:
        return _PLAIN_WORDS[word]
    if len(word) >= 6 and word not in _NOT_SLIPPED and word not in _SLIPPED_WORDS:
        for meant in _SLIPPED_WORDS:
            if meant[0] == word[0] and abs(len(meant) - len(word)) <= 1 and _one_slip_apart(word, meant):
                return meant
    return word


def plain(text: str) -> str:
    """Return lower-case words with one space between them and ` . ` where a sentence ends.

    Apostrophes and commas go: people leave them out anyway.
    """
    text = unicodedata.normalize("NFKC", bounded(text)).translate(_LOOKALIKES)
    text = _QUOTES.sub("", _INVISIBLE.sub("", text).lower())
    text = _DISGUISED.sub(lambda match: match[0].translate(_DIGITS_AS_LETTERS).replace("*", "i"), text)
    text = _REPEATED.sub(r"\1\1", text)
    text = _OTHER_SIGNS.sub(" ", _SENTENCE_END.sub(" . ", text))
    return " ".join(_plain_word(word) for word in text.split())


# --- word groups -----------------------------------------------------------------------------------------


def words(text: str) -> str:
    """Return an alternation of `text`'s words; `_` stands for a space inside one."""
    return "(?:" + "|".join(word.replace("_", " ") for word in text.split()) + ")"


def gap(most: int) -> str:
    """Return a pattern of up to `most` words of the same sentence, with the space after each."""
    return rf"(?:[a-z0-9]+ ){{0,{most}}}"


# Children, as parents, relatives and staff call them. Plurals and "lads" for "lad is" with the same `s`.
CHILD = words(
    "sons? daughters? child children childs kids? bairns? lads? lass lassie boys? girls? baby babies babys toddler "
    "little_one little_uns? young_uns? youngest eldest oldest grandsons? granddaughters? grandchild grandchildren "
    "grandbairns? grandkids nephews? niece pupils? students? teens? teenagers? siblings? infant young_person "
    "young_people youngster twins? year_olds? yr_olds? yo yp foster_child service_user"
)
SIBLING = words("brothers? sisters? step_?brother step_?sister half_brother sibling twin cousins?")
# Adults (or older ones) who may do harm, other than by "he" or "she".
RELATIVE = words(
    "dads? daddys? fathers? mams? mums? mammy mummy mothers? stepdads? step_dad stepmums? step_mum stepmother stepfather "
    "step_father step_mother parents? uncles? aunts? aunty auntie grandads? granddad granda grandpas? grandfather mams_friend mums_friend dads_friend nanas? "
    "nans? nanna gran grandma grandmother grandparents? in_laws? brother_in_law mother_in_law father_in_law "
    "cousins? foster_carers? foster_mum foster_dad foster_parents? family family_friend"
)
PARTNER = words(
    "husbands? hubby partners? boyfriends? bf bfs fellas? fella girlfriends? wifes? wife missus fiance exs? ex_husband "
    "ex_partner ex_wife bloke old_man other_half"
)
WORKER = words(
    "teachers? tas? teaching_assistant head_?teacher staff member_of_staff staff_member escorts? drivers? taxi_drivers? "
    "taxi_man carers? care_worker support_worker key_?worker pa childminders? child_minder nursery_worker nursery_nurse "
    "nanny babysitter tutor coach dinner_lady lunchtime_supervisor worker nurse passenger_assistant chaperone senco "
    "one_to_one 1_to_1 priest vicar imam instructor caretaker"
)
STRANGER = words(
    "man men woman lady guy bloke stranger someone somebody neighbours? lodger friend friends_dad person adult "
    "older_lad older_boy older_kids bigger_boy bullies bully next_door lads girls_at_school kids_at_school gang"
)
ACTOR = f"(?:{RELATIVE}|{PARTNER}|{WORKER}|{STRANGER}|{SIBLING})"
PRONOUN = words("he she they hes shes theyre theyve hed shed")
SAID = words("says? said saying told tells telling reckons thinks feels")

# Words that may stand between an act and the child it is done to.
_DETERMINER = words(
    "my our me the his her their a an this that own little older younger wee poor disabled autistic deaf "
    "[0-9]+ year yr old both all one of non verbal foster step baby month bloody up some another only two three "
    "four five six seven eight nine ten and"
)
# "her" as the one it is done to, not "her targets" or "her shoes".
_HER = r"her(?= \.| (?:in|on|with|when|whenever|and|so|so|until|til|till|again|last|every|at|for|because|by|too|hard|"
_HER += r"~|really|if|today|tonight|yesterday|this|once|twice|the|to|but|while|before|after|round|around|about|across|"
_HER += r"against|down|up|off|all|he|she|i|they|a|like|or|as|sometimes|always|now|then|over|from|which|who|we|it|what|"
_HER += r"face|head|arms?|back|legs?|bum|bottom|hands?|hair|mouth|neck|throat|ear|daily|regularly|is|how|do|does|badly)"
_HER += rf"\b| (?:{_DETERMINER} ){{0,2}}(?:{CHILD}|{SIBLING})\b|$)"
WHOM = rf"(?:him|them|me|us|kids|{_HER}|(?:{_DETERMINER} ){{1,5}}(?:{CHILD}|{SIBLING}|mam|mum|mammy|mummy|nana|wife))\b"
WHOM_YOUNG = rf"(?:him|them|{_HER}|(?:{_DETERMINER} ){{1,5}}(?:{CHILD}|{SIBLING}))\b"
BODY = words(
    "arms? legs? wrists? face head neck back bum bottom body hands? ears? chest thighs? tummy stomach cheeks? skin throat eye forearms? shoulders? ribs? jaw"
)


def verb(stems: str, endings: str = "s|es|ed|ing|in") -> str:
    """Return an alternation of regular verbs in all their forms; a doubled consonant is written in the stem."""
    return rf"(?:{'|'.join(stems.split())})(?:{endings})?"


# What a hurt child's own sort of fight may be as well: with a child as the actor these alone are a need, not a danger.
ROUGH = "(?:" + "|".join(
    (
        "hits?|hitting|" + verb("slapp? smackk? kick whack thump pinch squeez squeeze twist prod flick jab push shove scratch thwack"),
        "bites?|biting|bit|bitten|" + verb("pull drag dragg poke nip nipp"),
    )
) + ")"  # fmt: skip
# What nobody does by the way.
BRUTAL = "(?:" + "|".join(
    (
        verb("punch batter bray clout leather wallop headbutt skelp thrash lamp deck flog torment molest assault attack"),
        "beats?|beaten|beating|beatin|brayin|belts?|belted|belting|shook|shaken|shaking|shakes|lamp(?:s|ed)",
        "(?:strangl|throttl|chok|suffocat|tortur|abus|burn|bruis|manhandl|brutalis|exploit)(?:es|e|ed|ing|in|s|t)?",
        "(?:stabb?|whipp?|ragg?|smother|drown|hurt|harm|mistreat|threaten|terroris|starv|drugg?)(?:s|ed|ing|in|es|e)?",
        "(?:rap|can)(?:es|ed|ing)|knock(?:s|ed|ing)? (?:seven bells out of|lumps out of|hell out of|about)|knock(?:s|ed|ing)?|threw|throws?|throwing|thrown|kill(?:s|ed)?|lashed|ill treat(?:s|ed|ing)?|(?:hurt|harm)in",
        "rough with|violent (?:to|with|towards)|lays? in ?to|laid in ?to|laying in ?to|pinn?(?:s|ed|ing)",
        "yank(?:s|ed|ing)?|(?:rough|man) ?handl(?:e|es|ed|ing)|grop(?:es|ed|ing)|fondl(?:es|ed|ing)|lays? hands on|laid hands on|laid a hand on|raises? (?:his|her) hand to|raised (?:his|her) hand to|sets? about",
    )
) + ")"  # fmt: skip
ACT = f"(?:{ROUGH}|{BRUTAL})"
# Forms of a passive: "she is being hit".
DONE = words(
    "hit slapped smacked kicked punched battered brayed clouted leathered beaten beat abused molested raped assaulted "
    "attacked strangled choked burnt burned stabbed threatened mistreated starved tortured shaken thumped whacked belted "
    "walloped pinched shoved groomed exploited neglected knocked_about smothered caned whipped drugged ill_treated harmed "
    "manhandled thrown_around bashed braying hammered_by trafficked blackmailed sexually_abused locked_in dragged"
)
CHILD_WRITES_OR_HEARS = words("i im ive he hes she shes they theyre we me him her them who")

SELF = words("himself herself myself themselves yourself urself ourselves self")
WEAPON = words(
    "knife knives hammer blade machete weapon gun axe scissors crowbar razor screwdriver brick bottle golf_club"
)

# A child's ordinary troubles, which turn "hurts himself" or "comes in my bed" into a need.
NEED = words(
    "sensory meltdowns? autis[a-z]+ adhd stims? stimming stim ot therapy therapist occupational frustrated overwhelmed "
    "overstimulated head_?bang[a-z]* bangs? nursery plan ehcp sleep sleeping melatonin"
)
OWN_CHILD = rf"\b(?:my|our|me|wor) {gap(3)}(?:{CHILD})\b"


# --- rules -----------------------------------------------------------------------------------------------


class Rule(NamedTuple):
    """A way of saying that somebody is in danger."""

    category: str
    pattern: re.Pattern[str]
    negatable: bool
    unless: re.Pattern[str] | None


def _rule(category: str, *patterns: str, negatable: bool = False, unless: str | None = None) -> Rule:
    whole = "|".join(f"(?:{pattern})" for pattern in patterns)
    return Rule(category, re.compile(rf"\b(?:{whole})"), negatable, re.compile(unless) if unless else None)


# "never hit him", "nobody has ever hurt her", "isn't being abused"; but "can't stop hitting", "nobody knows he hits".
_NEGATED = re.compile(
    r"\b(?:never|not|nobody|no one|none of (?:us|them)|doesnt|didnt|hasnt|havent|isnt|wasnt|arent|werent|wouldnt|without|no|"
    r"dont|aint|neither|nor|couldnt|cant)(?: (?:ever|even|actually|been|be|being|once|really|have|has|is|was|would|had|"
    r"any|in|immediate|real|thinking|planning|talking|about|to|a|got|currently|anybody|anyone|feeling|feel|getting|thoughts|self|of|deliberately|intentionally|s|physically|"
    r"saying|suggesting)){0,3} $"
)
_ME = r"(?:i|ive|im|id|we|ill)"
_END = (
    r"(?= \.|$| and\b| but\b| i\b| he\b| she\b| we\b| please\b| help\b| what\b| so\b| now\b| its\b| is\b| do\b| how\b)"
)
_CANT = (
    "(?:cant|can not|couldnt|dont think i can|dont know if i can|dont know how i can|not sure i can|dont know how to)"
)
_DRUG = "(?:tablets?|pills?|paracetamols?|meds|medication|medicine|ibuprofen|insulin|painkillers|antidepressants|melatonin|sertraline|fluoxetine|codeine|tramadol|diazepam|calpol|ritalin|concerta|medikinet|aspirin)"
_HARM_DONE = "(?:hurt|harm|hit|hits|hurts|slap|slapped|smack|shake|shook|kill|throttle|strangle|punch|bray|belt|smother|lash out at)"
_FAMILY_YOUNG = rf"(?:(?:{_DETERMINER} ){{1,5}}{CHILD})"

# What a message may say is long past: not a fear of what one may do, nor what staff must pass on.
_MAY_BE_SETTLED = frozenset({"harm", "violence", "self-harm", "suicide", "medical", "missing"})

RULES = (
    # a partner -> act -> the writer
    _rule("violence", rf"{PARTNER} {gap(4)}{ACT} (?:me|us|both of us)\b", negatable=True),
    # somebody -> act -> child or writer
    _rule(
        "harm",
        rf"{ACTOR} {gap(4)}{ACT} (?:the )?{gap(1)}{WHOM}",
        rf"(?:a|another|some|two|older|bigger|other) {gap(2)}{CHILD} {gap(4)}{ACT} {WHOM}",
        rf"(?:kids|children|pupils|boys|girls|lads|bullies|lad|class) {gap(3)}{BRUTAL} {WHOM}",
        negatable=True,
    ),
    # he or she -> act -> child: not "he hits his brother" or "he hits a boy", which a child with a need does
    _rule(
        "harm",
        rf"{PRONOUN} {gap(4)}{BRUTAL} (?:{WHOM})(?! (?:if|when) i)",
        rf"{PRONOUN} {gap(3)}{ROUGH} (?:him|them|{_HER}|(?:my|our|the|me) {gap(2)}(?:{CHILD}|brother|sister))\b(?! (?:other|others))",
        negatable=True,
        unless=r"\bhurts? (?:him|her|them) to\b",
    ),
    _rule(
        "violence",
        rf"{PRONOUN} {gap(3)}{ROUGH} (?:me|us)\b",
        negatable=True,
        unless=rf"{OWN_CHILD}|\b{NEED}\b|\bhelp with (?:his|her) behaviour\b",
    ),
    # the writer's own child goes beyond the rough: a parent or sibling in danger
    _rule(
        "violence",
        rf"(?:my|our|me|own) {gap(4)}{CHILD} {gap(4)}{BRUTAL} (?:{WHOM})",
        rf"(?:{PRONOUN}|{PARTNER}|{RELATIVE}) (?:is |are )?killing (?:her|him|them|mam|mum|my|our)\b",
        rf"(?:{CHILD}|he|hes|she|shes) {gap(5)}(?:tried|trying|tries|wants) to (?:strangle|drown|kill|stab|smother|suffocate|burn|choke|poison|push {gap(4)}(?:down|out|off))\b",
        rf"(?:scared|frightened|terrified|afraid) of (?:my|our|me) {gap(3)}(?:{CHILD}|{PARTNER}|{RELATIVE})",
        r"(?:scared|frightened|terrified|afraid|petrified) of (?:him|her|them)\b(?! (?:going|being|getting|not|falling|failing|starting))",
        negatable=True,
    ),
    # passive: "she is being hit", "I get hit"
    _rule(
        "harm",
        rf"(?:{CHILD_WRITES_OR_HEARS}|{CHILD}|{SIBLING}|mam|mum) {gap(3)}(?:is|was|are|were|been|being|be|gets?|got|getting) {gap(2)}{DONE}\b",
        rf"(?:im|hes|shes|theyre) {gap(1)}(?:being|getting|been)? ?{DONE}\b",
        rf"(?:being|keeps getting|gets|getting) {gap(1)}(?:hurt|hit|beaten|abused|neglected|harmed|groomed|exploited|starved)\b",
        rf"\b(?:been|was|were|got) {gap(1)}(?:hurt|harmed) by (?:a|an|his|her|my|their|the|someone|somebody)\b",
        negatable=True,
    ),
    _rule(
        "harm",
        rf"(?:gives?|gave|giving|got|gets|given) {gap(4)}(?:seven bells|good hiding|hiding|fat lip|pasting|kicking|beating|thrashing|battering|slapping|braying|clip|clout|leathering|belting|back ?hander|crack)\b",
        rf"(?:grabb?(?:s|ed|ing)?|picked|lifted|held|had|has|got|dragg?(?:s|ed)?|pulled) {gap(6)}by (?:the|his|her|my|their) (?:neck|throat|hair|scruff|ears?|collar|wrists?|ankles?|legs?|arms?)",
        rf"(?:threw|throws?|throwing|thrown|pushed|shoved|pushes|launched|flung) {gap(4)}(?:down the stairs|against|across the|at (?:me|him|her|us|the kids|the wall)|in ?to (?:the|a) (?:wall|bath))",
        rf"dragged {gap(5)}(?:across|along|by|down|out of) ",
        rf"(?:hands?|arm|fingers|belt|cord|rope|scarf|lead|flex|cable|string|ligature|tights|sheet) {gap(4)}(?:round|around|to) {gap(1)}(?:my|his|her|their|our|the) (?:own )?(?:neck|throat)",
        rf"(?:sat|sit|sits|knelt|kneels|lay|stood|stands) on (?:top of )?(?:him|her|me|my {CHILD}|his (?:back|chest)|her (?:back|chest))\b(?! (?:bed|knee|lap))",
        r"(?:makes?|made|asks?) (?:him|her|me|them) (?:to )?(?:sit on (?:his|her) (?:knee|lap)|drink (?:alcohol|beer|vodka)|smoke|undress|take (?:my|his|her|their) clothes)",
        r"(?:handy|quick|free) with (?:his|her) (?:fists|hands|belt)|(?:puts?|putting|laid) (?:his|her|their) hands on (?:me|him|her|my|the)|(?:took|takes|taking|used|uses|using) (?:his|her|a|the) (?:belt|slipper|wooden spoon|stick|cane) (?:to|on)",
        rf"(?:left|leaves?|leaving) {gap(3)}(?:a )?(?:marks?|bruises?|welts?|handprints?)\b",
        rf"(?:split|burst|busted|thick) lip\b|(?:pours?|poured|pouring|chucks?|throws?|threw|holds?|held|pushes|pushed) {gap(4)}(?:water|bleach|food|drink|tea) (?:over|on|at|in the face of) (?:me|him|her|us)\b|(?:holds?|held|pushes|pushed) (?:my|his|her) head (?:under|in|down)|(?:slaps?|thuds?|bangs|screams?|screaming|crying|shouting) {gap(5)}(?:through the wall|next door|through the ceiling)\b|(?:puts?|putting|stubs?|stubbed|holds?|held) {gap(5)}(?:fags?|cigarettes?|lighter|iron|hands?|fists?|tape|pillow|cushion) {gap(2)}(?:on|over|to|against|round|around|in) (?:his|her|my|their|the baby\w*) ",
        rf"(?:in|into) a (?:headlock|choke ?hold|strangle ?hold)|(?:pinned|pins|pinning|cornered|trapped) (?:(?:me|him|her|us|them|my \w+) )?(?:up|down|against|to|in) {gap(2)}(?:wall|floor|fridge|door|corner|ground|bed|sofa)|(?:put|puts|smash\w*|bang\w*|slam\w*) (?:(?:my|our|her|his) )?(?:my|her|his|mams|mums|dads|sisters|brothers|sons|daughters|wifes) (?:head|face) (?:through|into|off|against|in|on)",
        rf"(?:{ACTOR}|he|she) {gap(4)}(?:spits?|spat|spitting|urinat\w+|pee\w*) (?:in|at|on) (?:my|me|her|him|us)\b|(?:no one|nobody) (?:will|would|ll|is going to) believe (?:me|her|him|us)\b",
        negatable=True,
    ),
    # marks that tell
    _rule(
        "harm",
        rf"(?:{CHILD}|him|his|her|shes|hes|he|she|child|baby|i|ive|my|pupil) {gap(7)}(?:bruis(?:es?|ed|ing)|black eyes?|welts?|finger ?marks|hand ?prints?|cigarette burns?|carpet burns?|rope marks)\b",
        rf"(?:unexplained|suspicious|funny|strange|odd|new|more|non accidental|fresh|multiple) {gap(2)}(?:bruis\w+|injur\w+|marks?|burns?|scratches|fractures?|broken (?:bones?|arm|leg|ribs?))\b",
        rf"(?:bruis(?:es?|ed|ing)|marks?|red mark|welts?|burns?|scratches|belt marks) {gap(4)}(?:on|to|all over|over|up|down|round|around|across) {gap(3)}(?:{BODY}|him|her|child|pupil|baby)\b",
        r"cigarette burns?|bruises shaped like|finger ?mark|belt marks?|non accidental injur\w+",
        rf"(?:broken|fractured|broke) {gap(1)}(?:arm|leg|wrist|ribs?|collar ?bone|nose|jaw|bones?) {gap(4)}(?:nobody|no one|no explanation|dont know how|cant explain|wont say|story)",
        rf"(?:broke|broken|fractured|split|bust|busted) (?:my|his|her|our) {gap(2)}(?:arm|leg|wrist|ribs?|nose|jaw|lip|finger|cheek)",
        r"black and blue|(?:put|landed) (?:me|him|her|us) in (?:hospital|a and e|aande)|needed stitches after|have stitches",
        negatable=True,
        unless=r"\b(?:fell|falls|fallen|tripped) (?:off|over|out of|from|at|on|playing)\b(?!.{0,300}\b(?:says|said|story|claims)\b)",
    ),
    # fear of a person, or of home
    _rule(
        "harm",
        rf"(?:flinch(?:es|ed|ing)?|winc(?:es|ed|ing)|cower(?:s|ed|ing)?|freezes|froze|shakes|shaking|wets herself|wets himself|hides) {gap(4)}(?:when|every time|whenever|if|from|at|as|near|around|behind|under|because) {gap(5)}(?:{RELATIVE}|{PARTNER}|taxi man|taxi driver|escort|driver|carer|hand|arm|fist|raise\w*|man|men|hug|reach)\b",
        r"\bno (?:daddy|dad|uncle|grandad|mammy|mummy|man)(?: \w+)? (?:no|stop|dont|please)\b|(?:story|stories|account|explanation) (?:that )?(?:keeps? chang\w+|doesnt (?:fit|add up|match|make sense)|dont (?:fit|add up|match))|torn frenulum|(?:baby|infant|months?|weeks) {0}(?:fractur\w+)".replace(
            "{0}", gap(4)
        ),
        rf"(?:scared|frightened|terrified|afraid|petrified|fear) (?:of|to be (?:alone |left )?with) {gap(2)}(?:{RELATIVE}|{PARTNER}|escort|taxi driver|driver|taxi man|carer|support worker|man|men|being alone with|next door)\b",
        rf"(?:scared|frightened|terrified|afraid|petrified|begs? not|begged (?:me )?not|begging not) (?:to|of|about) {gap(2)}(?:go|going|be sent|send|goes) {gap(3)}(?:home|back|hers|his|to (?:his|her|my) (?:dads|mams|mums|nanas|fathers|mothers|uncles|grandads))\b",
        r"i (?:dont|do not|cant|wont) (?:want to )?go (?:back )?home\b|(?:dont|do not) (?:make|send) (?:me|him|her) (?:go )?(?:back )?(?:home|there)\b",
        rf"(?:pupil|student|child|girl|boy|lad|lass|kid|she|he) {gap(6)}(?:doesnt|didnt|never|not) (?:wants?|wanting) to go home (?:to|at night|because|after school|and)",
        rf"(?:begs?|begged|cries|cried|pleads|screams) {gap(4)}not to {gap(2)}(?:send|leave|make) {gap(3)}(?:home|back|with|dads?|mams?|mums?)",
        rf"doesnt? feel safe (?:at home|with|around|in (?:her|his|my) (?:own )?(?:home|house))|(?:not|isnt|dont feel) safe at (?:home|(?:his|her|my) (?:dads|mams|mums))|{_ME} (?:dont|do not|am not) feel(?:ing)? safe(?! (?:letting|driving|crossing|lifting|pushing|carrying|using|on the (?:bus|road|stairs))\b)|(?:unsafe|not safe) (?:at home|in my (?:own )?home|with (?:him|her|my|his))",
    ),
    # words as weapons, confinement, want
    _rule(
        "harm",
        rf"(?:{ACTOR}|he|she|they) {gap(3)}(?:calls?|called|calling|tells?|told|telling) (?:him|her|me|them|{_FAMILY_YOUNG}) {gap(6)}(?:worthless|thick|useless|retard\w*|never (?:been )?born|hates? (?:him|her|me)|unwanted|spastic|wishe?s)",
        r"threat(?:en|ens|ened|ening|s|) (?:\w+ ){0,3}to (?:kill|hurt|harm|hit|burn|stab|batter|shoot|rape|leave him|drown|slit)",
        rf"threaten(?:s|ed|ing)? {WHOM}",
        r"(?:going to|gonna|will|hell|shell|hed|would|wants to|tried to|try to|trying to) (?:kill|murder|stab|shoot|bury|batter) (?:me|him|her|us|them|my|our|the (?:kids|bairns|baby|children)|everyone|every one)\b",
        rf"(?:locks?|locked|locking|shuts?|tied|ties|tying|tie|strapped|chained|barricaded) (?:him|her|me|them|us|{_FAMILY_YOUNG}|up|into|himself) {gap(2)}(?:in|up|out|to|inside|outside|down)\b(?! (?:his|her|a|the|my) (?:car ?seat|buggy|wheelchair|pram|seat))",
        r"(?:is|was|are|were|been|being|gets?|kept|keeps?|im|hes|shes) (?:\w+ )?(?:locked|shut|tied|strapped|chained) (?:in|up|to|out|inside|down)\b(?! (?:his|her|a|the|my) (?:car ?seat|buggy|wheelchair|pram|seat))",
        rf"(?:left|leaves?|leaving|been) {gap(4)}(?:home alone|alone|on (?:their|his|her|my) own|by (?:themselves|himself|herself)|unattended|unsupervised) {gap(3)}(?:all|over ?night|night|nights|weekend|for (?:hours|days)|with no|hours|days|house|home|till|until|at night|in the evening\w*)",
        rf"(?:keeps?|kept|makes?|made|making|leaves?|left|puts?|put|shoves?|sends?|sent) (?:me|him|her|them|us|{_FAMILY_YOUNG}) (?:to )?{gap(2)}(?:in|out in|outside|out) {gap(1)}(?:the |a )?(?:garage|shed|cellar|yard|cupboard|loft|attic|outhouse|kennel|coal ?house|cold|rain|snow|dark)\b|(?:puts?|put|shuts?|locks?|left|leaves?) (?:me|him|her|them) outside (?:at night|when|all|in|if|because|for)\b|(?:sleeps?|sleeping|slept|lives?) {gap(1)}in (?:the|a) (?:shed|garage|cellar|car|kennel|outhouse|cupboard)\b",
        rf"(?:eat|eats|eating|scavenging|food) (?:out of|from) (?:the )?bins?|(?:dog|cat|human) (?:muck|mess|poo|faeces) {gap(3)}(?:on|all|everywhere|floor)|(?:hasnt|not|havent|nt|doesnt) {gap(1)}(?:eaten|fed|eat) {gap(2)}(?:at home|since (?:mon|tues|wednes|thurs|fri|satur|sun)\w*|for days|in days)|(?:fridge|cupboards?|food) {gap(3)}(?:lock\w*|padlock\w*)|(?:mam|mum|dad|mother|father|parents?) {gap(3)}(?:out|away|gone) (?:every|all|most) nights?",
        rf"(?:parent|dad|mam|mum|father|mother|carer|driver|escort|staff|ta|teacher|lady|worker|assistant|sitter|nanny|childminder) {gap(5)}(?:smell\w* of (?:alcohol|drink|booze)|stank of|stinking of (?:drink|alcohol)|drunk|stoned|could barely stand|under the influence|on the drink)\b",
        r"left home alone|home alone (?:all|every|at|for|over)|nobody (?:is |s )?(?:at )?home at night",
        r"(?:never|dont|doesnt|wont|not|refuses? to|forgets? to|isnt|arent|forgot to) (?:\w+ )?(?:feed|feeds|fed|feeding) (?:me|him|her|them|the|my|properly|us|his|their)|(?:no|never any|without any|isnt any|hasnt any|any|not enough) food (?:in|at|all|for (?:days|them|him|her)|and)|(?:hes|shes|is|are|always|theyre|looks|im|kids|child|says) (?:\w+ )?starving (?:and|hungry|all|she|he|they|\.|$)",
        rf"(?:hungry|dirty|filthy|unwashed|smelly|same clothes|underweight|weight (?:\w+ )?falling|nits|freezing|unkempt|stinking|soiled) {gap(6)}(?:hungry|dirty|filthy|unwashed|smelly|same clothes|no coat|alone|nobody|underweight|not engaging|smells|stinking|nappy|unfed)\b",
        rf"(?:neglect(?:s|ing|ed)?|abandon(?:s|ed|ing)|abus(?:es|e|ed|ing)|mistreat(?:s|ed|ing|ment)?|cruel to|cruelty to) (?:\w+ )?(?:of )?(?:{WHOM_YOUNG}|me\b|children|kids)",
        r"(?:child|being|suspected?|severe|physical|emotional|sexual|report|reporting|suspect|concerned about|worried about|signs of|at risk of|case of|about) (?:\w+ )?(?:abuse|neglect|abused|neglected|cruelty)\b",
        r"(?:abuse|abused|neglect|hurt|hit|cruelty) (?:\w+ )?(?:at home|by (?:his|her|their|a|my|the|someone))\b",
        r"(?:injects?|gives?|giving|drugs?|sedat\w+|dos(?:es|ing)) (?:him|her|my \w+|the \w+|me) (?:\w+ ){0,4}(?:to (?:make|get|keep) (?:him|her|me|them) (?:sleep|quiet)|asleep)",
        r"(?:off (?:their|his|her) (?:heads?|face)|passed out|drunk|on drugs|high|using heroin) (?:\w+ ){0,6}(?:kids|bairns?|children|baby|looking after|in charge|caring for)|(?:kids|bairns?|children|baby) (?:\w+ ){0,6}(?:off (?:their|his|her) (?:heads?|face)|drunk all|always drunk)",
        r"(?:report|reporting|ring about|tell) (?:\w+ ){0,3}(?:hurting|abusing|beating|hitting|neglecting|harming) ",
        negatable=True,
    ),
    # sexual harm
    _rule(
        "harm",
        r"sexual(?:ly|ised|ized)? (?:abus\w*|assault\w*|harm\w*|exploit\w*|inappropriate|behaviour (?:by|from)|touch\w*|active)|(?:been|was|got|were|being|is|i|he|tried to|she) raped?\b|rapist|molest\w*|p[ae]+d(?:o|ophile)\w*|incest",
        rf"touch(?:es|ed|ing|in)? {gap(5)}(?:privates?|private (?:parts?|bits?|area)|down there|willy|bum|bottom|boobs?|breasts?|between (?:his|her|my) legs|fanny|penis|vagina|knickers|pants|genitals)\b",
        rf"(?:inappropriate(?:ly)?|funny|wrong|horrible|bad|uncomfortable|sexual|rude) {gap(1)}touch\w*|touch\w* {gap(5)}(?:inappropriate\w*|in a (?:funny|wrong|bad|weird|rude) way|when (?:nobody|mam|mum|no one)|where (?:he|she) shouldnt|places)",
        rf"(?:{ACTOR}|he|hes) {gap(4)}touch(?:es|ed|ing) (?:my (?:legs?|knee|thigh|back|neck|face|hair|bum|chest)|me|her|him|them|my (?:{CHILD})|{_FAMILY_YOUNG})\b(?! (?:up with|base|heart|screen|work))",
        rf"(?:puts?|put|putting|stuck|had|slipped) (?:his|her|their) (?:hands?|fingers?|thing) {gap(2)}(?:in|down|up|inside|on|between) (?:my|her|his) (?:pants|knickers|top|trousers|skirt|leg|legs|thigh|bra|willy|shorts)",
        rf"(?:show(?:s|ed|ing)?|showed|expos\w+|flashed|got out|gets out) {gap(3)}(?:his|her|my|their) (?:privates?|private (?:parts?|bits?)|willy|penis|bits|genitals|thing)\b",
        rf"hurts? (?:my|his|her) (?:bum|bottom|willy|privates?|fanny|private parts?)|(?:sore|bleeding|blood) {gap(3)}(?:down there|down below|knickers|private parts?|fanny|vagina|bottom|bum) {gap(6)}(?:man|he|uncle|grandad|dad|daddy|only|and shes|did|says|said)",
        rf"(?:{RELATIVE}|{PARTNER}|{WORKER}|{STRANGER}|he|lad) {gap(6)}(?:gets?|got|getting|climbs?|climbed|comes?|came|coming|sneaks?|goes|creeps|snuck|wanders) {gap(1)}(?:in|into|in to|inside|to) {gap(1)}(?:the )?(?:bath|shower|bed) with (?:me|her|him|the)",
        rf"(?:{RELATIVE}|{PARTNER}|lodger|brother|man|carer|staff) {gap(5)}(?:comes?|came|coming|sneaks?|goes|creeps?|gets?|got|climbs?|snuck) {gap(1)}(?:in|into|in to|to) (?:my|her|his|their) (?:room|bed|bedroom)",
        rf"secret (?:games?|touching|cuddles?|kiss\w*|tickl\w*|friend(?:ship)?)|special (?:secret|game)|(?:keep|keeps|kept|keeping|our|have|has|a|its|with) {gap(3)}secrets?\b(?= {gap(8)}(?:mam|mum|mummy|trouble|tell|uncle|teacher|him|her|dad|grandad|daddy|between))",
        rf"(?:makes?|made|making|told|tells?|asks?|asked|telling|wants) (?:him|her|me|them|my {CHILD}|the {CHILD}|{_FAMILY_YOUNG}) {gap(3)}(?:keep|secrets?|kiss|undress|strip|take off|get undressed|touch)\b(?! (?:up|a diary|calm|still|quiet|his|her|trying|working|going|on|safe|records?|fit|well)\b)",
        rf"(?:{ACTOR}|he) {gap(4)}(?:pull(?:s|ed|ing)?|took|takes|taking|yanks?|yanked) (?:my|her) (?:trousers|pants|knickers|skirt|top|clothes|pyjamas|nightie) (?:down|off|up)\b",
        rf"(?:told|tells|telling|warned|said|says) {gap(3)}(?:not to|dont|never to) tell (?:anyone|anybody|mam|mum|mummy|you|us|her|nobody|no one|a soul)\b",
        r"(?:rude|dirty|naughty|sexual|horrible|disgusting|bad|weird|grown up|private) (?:things?|stuff) (?:to|with|on) (?:him|her|me|them|my|our|the)\b|(?:makes?|made|making|forc\w+|gets|got) (?:me|him|her|them|my \w+) (?:to )?do (?:things|stuff|it|rude|bad)\b(?! (?:his|her|for himself|round|around|in class|he|she|that help|together|at school)\b)",
        rf"(?:{ACTOR}|he|coach) {gap(4)}(?:with (?:his|her) tongue|rub\w*|strok\w*|feel(?:s|ing)? up|grop\w*|fondl\w*|kiss\w*|lick\w*) (?:me|him|her|my|his|her|on|with) (?:\w+ )?(?:legs?|thighs?|chest|neck|lips|mouth|bum|bottom|with|tongue|in the|back)|(?:lies?|lays?|lay|lying|gets?|got) on top of (?:me|her|him)|(?:take|takes|took|taking) (?:my|his|her|their) (?:top|clothes|trousers|pants|knickers|pyjamas) off (?:for|in front|when he|and|on (?:cam\w*|webcam|video|live))|tickl\w+ game|under the (?:covers|duvet|blanket) (?:with|at|when|and)|sexuali[sz]ed|(?:just|only) (?:for|between) (?:us|them) two|have to take (?:my|his|her) (?:top|clothes|trousers|knickers) off",
        rf"(?:he|she|boyfriend|girlfriend|man|hes|bloke|who) {gap(1)}[23456][0-9] {gap(3)}(?:im|i am|she|hes|shes|he|my|daughter|who) {gap(2)}1[0-7]\b|(?:teacher|colleague|staff|ta|coach|worker|tutor|driver) {gap(2)}(?:messag\w+|texting|dm\w*|snapchat\w*) {gap(2)}(?:pupil|student|child|girl|boy|her|him)s? {gap(2)}(?:privately|late|at night|secretly|alone|on)\b",
        rf"(?:dried|drying|undress\w*|naked|shower\w*|bath\w*|toilet|underwear|pants|knickers) {gap(6)}(?:found|takes?|taking|took|keeps|kept|has) {gap(2)}(?:photos?|pics?|pictures|videos?|images)\b(?! (?:chart|cards?|symbols))",
        rf"(?:takes?|taking|took|taken|keeps?|kept|found) {gap(2)}(?:photos?|pics?|pictures|videos?|images) {gap(5)}(?:undress\w*|naked|in (?:the|his|her) (?:shower|bath|toilet|underwear|pants|knickers)|getting (?:dried|dressed|changed|washed))\b",
        r"nudes?\b(?! colou?r)|(?:naked|rude|sexy|dirty|explicit|indecent|topless|sexual) (?:pics?|photos?|pictures?|images?|videos?|snaps?|messages?|texts?)|(?:wants?|asking for|asked for|asks for|send|sent|sending|sends|demanding) (?:\w+ ){0,2}(?:pics?|photos?|pictures?|videos?) (?:of (?:me|her|him|my|herself|himself|my son|my daughter))",
        r"(?:made|makes?|making|forced?|forcing|shows?|showed|showing) (?:me|him|her|them|the kids|my \w+) (?:\w+ ){0,3}(?:porn\w*|dirty (?:films?|videos?))|with no clothes on (?:\w+ ){0,8}(?:uncle|dad|grandad|does|man)",
        r"(?:have|having|had|has|forced? \w+ to have|for) (?:\w+ ){0,2}sex\b|sex with",
        r"blackmail\w*|sextort\w*|sexting|upskirt\w*",
        r"groom(?:ed|ing|er|in|s)\b|\b(?:he|she)s? (?:is )?[23456][0-9] (?:and )?(?:im|i am) (?:only )?1[0-7]\b|(?:im|i am) (?:only )?1[0-7] (?:and )?(?:he|she)s? (?:is )?[23456][0-9]\b",
        rf"(?:{STRANGER}|he|men|people|lad|grown ups?|adults?) {gap(8)}(?:online|on line|internet|snapchat|snap|roblox|discord|xbox|insta|instagram|tiktok|whatsapp|fortnite|minecraft|playstation|ps5|facebook|app) {gap(9)}(?:meet|pics|pictures|photos|secret|undress\w*|strip\w*|on camera|send|address|loves? (?:her|him|me)|gifts|money|coming (?:to|round|over)|turn\w* up|camera|webcam|alone|kiss|undress\w*|threat\w*)\b",
        rf"(?:meet|meeting|met|meets|talking to|messaging|chatting to|chatting with|speaking to|contacting|messages from|in touch with) {gap(3)}(?:{STRANGER}|men|people|adults?|him|an? older \w+) {gap(6)}(?:online|on line|internet|snapchat|snap|roblox|discord|xbox|insta|instagram|tiktok|whatsapp|chat ?room|doesnt know|never met|app)\b",
        rf"(?:man|bloke|men|adult|stranger|grown man) {gap(3)}(?:{gap(4)})?(?:messag\w+|texts?|texting|contact\w+|dm\w*|adds?|added|talking to|meets?|meeting|following|follows|watching) {gap(2)}(?:him|her|me|my {gap(3)}(?:{CHILD}|[0-9]+ year old)|{CHILD})\b",
        negatable=True,
    ),
    _rule(
        "harm",  # a child's own words; a parent who says it of their child who cannot sleep is calm
        rf"he {gap(2)}(?:comes?|came|coming|gets?|got|climbs?|climbed|sneaks?|creeps?) {gap(1)}(?:in|into|in to|to) my (?:room|bed|bedroom)",
        unless=rf"{OWN_CHILD}|\b{NEED}\b|\b(?:he is|hes) (?:[0-9]|1[0-2])\b|\b(?:nightmares?|settle|wakes? up)\b",
    ),
    # self-harm
    _rule(
        "self-harm",
        r"self (?:harm\w*|injur\w*|inflict\w*|mutilat\w*|poison\w*)|harm(?:s|ed|ing|in)? (?:himself|herself|myself|themselves|ourselves)",
        rf"cut(?:s|ting)? (?:himself|herself|myself|themselves)|(?:he|she|hes|shes|i|ive|im|child|they|{CHILD}) {gap(3)}cut(?:s|ting)? {gap(3)}(?:his|her|my|their) {gap(1)}(?:own )?(?:arms?|legs?|wrists?|thighs?|skin|stomach|body)\b",
        rf"cuts? {gap(5)}(?:on|up|down|over|across|along) {gap(2)}(?:his|her|my|their|both) (?:\w+ )?(?:arms?|legs?|wrists?|thighs?|stomach|body|tummy)\b",
        rf"(?:shes|hes|is|are|been|im|keeps|started|stop|were|was|theyre) {gap(1)}cutting\b(?= (?:\.|again|for (?:weeks|months|a while)|in (?:her|his|my) room|and|because|when|to cope|i|mam|since|every|now|help|at)|$)",
        rf"(?:razors?|razor blades?|blades?) {gap(4)}(?:under|in|hidden|hid|found|from)|(?:found|with|hiding|got) {gap(3)}razors?\b|razor blades?",
        r"(?:burn(?:s|ed|ing|t)?|brand\w*) (?:himself|herself|myself|themselves)|(?:hurt|hurts|hurting|injur(?:es|ing|ed)|punish\w*) (?:\w+ )?(?:himself|herself|myself|themselves) (?:\w+ ){0,2}(?:on purpose|deliberately|intentionally|because|when (?:i|she|he) (?:feel|feels|hates?)|so)\b",
        r"i (?:\w+ ){0,3}(?:hurt|hurting|punish|burn) myself(?! (?:falling|at|playing|on|lifting|slipping|carrying|by)\b)",
        r"burn(?:s|ing) (?:his|her|my|their) (?:own )?(?:arms?|legs?|wrists?|thighs?|skin)\b",
        rf"(?:punch\w*|pok(?:e|es|ing)|rubs?|rubbing|bash\w*|scratch\w*|scrap(?:es|ing)|pick\w*|bit(?:es|ing)|bang\w*|headbutt\w*|hit\w*|claw\w*|goug\w*|digs?) {gap(6)}(?:until|til|till|so) {gap(3)}(?:bleed\w*|bled|blood|unconscious|raw|knock\w* (?:himself|herself) out)",
        rf"(?:lines|scars|scratches|slashes|slits?) {gap(2)}(?:on|up|all up|along|across|over) (?:his|her|my|their|both) (?:\w+ )?(?:arms?|legs?|wrists?|thighs?)",
        rf"(?:cut|burn|scratch|scrap|slic|carv|pull|rip|peel|goug|stab|pick)\w* {gap(2)}(?:skin|stitches|scabs|flesh|veins|wounds?|arms?|thighs?) {gap(1)}(?:with|off|open|deliberately|on purpose|until|till|when|because|to)\b|i (?:\w+ )?(?:scratch|burn|cut|slice|carve|pick) (?:my|me) (?:own )?(?:skin|arms?|legs?|thighs?|wrists?)|(?:lines|scars|slashes) {gap(4)}(?:up|on|down|over|along|across) (?:the (?:top|inside|outside|back|side)s? of )?(?:his|her|my|their|both) (?:\w+ )?{BODY}\b|(?:found|finding|with|hid\w*) {gap(2)}(?:blade|blades) {gap(1)}",
        r"(?:mak(?:e|es|ing)|made) (?:himself|herself|myself|themselves) bleed|makes? (?:himself|herself|myself) sick (?:after|every|on purpose|to)",
        negatable=True,
    ),
    _rule(
        "self-harm",
        r"(?:hurt|hurts|hurting|injures|injuring) (?:himself|herself|themselves)\b(?! (?:falling|at|playing|on|lifting|slipping|by|when|during|jumping|climbing)\b)",
        negatable=True,
        unless=rf"\b{NEED}\b|\b(?:fall|falls|fell|clumsy|bump\w*|trip\w*)\b",
    ),
    # wanting to die, said plainly, of oneself or of another
    _rule(
        "suicide",
        r"suicid\w*|kill(?:s|ed|ing)? (?:himself|herself|myself|themselves|yourself|ourselves|me self)|\bkms\b|\bkys\b|unaliv\w+|(?:top|tops|topping|topped|hang|hangs|hanging|hanged|hung|drown|shoot|gas|do|off) (?:himself|herself|myself|themselves)(?: in)?\b(?! (?:to|a|his|her|no|proud|favours?|justice|well|the|upside|from|on|by|out|around|about)\b)",
        r"\bsi with (?:a )?plan|ligatures?|goodbye (?:note|letter|letters|notes|messages?)|(?:writ\w+|wrote|left|leaving) (?:a |her |his |us )?(?:note|letters?) (?:saying goodbye|to say goodbye|for when (?:shes|hes|i))",
        r"(?:take|taking|took|taken|end|ending|ended|finish) (?:my|his|her|their|your) (?:own )?li(?:fe|ves)\b",
        negatable=True,
        unless=r"\b(?:lost|bereaved|bereavement|died by|grandad|grandfather) (?:\w+ ){0,6}(?:to|by) suicide\b|died by suicide|suicide (?:door|squad|rates?)|\b(?:dissertation|essay|statistics|coursework|my degree)\b",
    ),
    _rule(
        "suicide",
        r"(?:want|wants|wanted|wanting|wish|wishes|rather|like|prefer|wishing|ready|going|choose|deserve|deserves|should|better) (?:\w+ ){0,2}(?:to )?(?:die|be dead|not exist|stop existing|cease to exist|not be alive|not be here|be no more|go to heaven|be with the angels|be in heaven)\b",
        r"(?:wish|wishes|wished|wishing) (?:that )?(?:he|she|i|they|id|hed|shed|theyd|we) (?:\w+ ){0,3}(?:dead|die|died|never (?:been )?born|not (?:been )?born|not alive|gone|disappear|wasnt here|was not here|werent here|wasnt alive|not wake|never (?:been )?woken|didnt exist|not here)",
        r"why (?:was|were) (?:i|he|she) (?:even |ever )?born|should (?:never|not) have been born|never asked to be born",
        r"better dead\b|(?:want|wants|going|ready) to (?:just )?end it\b(?! (?:with|at|by|there|early|on|for|here)\b)|better off (?:dead|without (?:me|us)\b|if (?:i|he|she|im|we)\b|(?:him |her )?with (?:some|any|every)(?:one|body) else)|(?:says?|said|thinks|told \w+|reckons|believes|feels) (?:\w+ ){0,6}better off without (?:him|her|them)|(?:better|happier|easier|best|fine|relieved|glad) (?:\w+ ){0,3}if (?:i|he|she|im|we) (?:wasnt|was not|werent|were not|was|were|am|just|had|died|dead|disappear\w*|werent|not|never|wernt|didnt) ?(?:here|gone|dead|around|alive|not|never|wake|exist|disappear\w*|died|born)?",
        r"(?:dont|doesnt|didnt|do not|does not|not|never|no longer|wouldnt|nor) (?:\w+ )?(?:want|wants|wanting|wanted|wish|care if|see the point (?:of|in)|know why im|deserve|fancy) ?(?:to )?(?:be|being|live|living|exist|existing|stay) (?:here|alive|living|on this (?:earth|planet)|in this world|around)\b(?! (?:with|in|at|near|by|there|during|because|when|for (?:the|his|her|lunch)|as))",
        r"(?:dont|doesnt|didnt|not|no longer) (?:\w+ )?(?:want|wants|wanting|wanted|care) (?:to |if (?:i|he|she) )?lives?\b(?= (?:\.|(?:any|like|no|and|i|he|she|but|without|through|if)\b)|$)|(?:dont|doesnt|didnt) (?:\w+ )?want (?:to be )?(?:this|my|his|her|a) life\b",
        r"(?:dont|doesnt|didnt|not|never|rather not|hope i (?:dont|never)|wish i (?:didnt|wouldnt|wont)|hopes? (?:he|she) (?:doesnt|never)) (?:\w+ ){0,3}wake(?:s)? up\b(?= (?:\.|tomorrow|again|any ?more|in the morning (?:any|at all)|and|one)|$)|(?:sleep|bed) (?:\w+ ){0,4}(?:and )?(?:not|never|dont) wak\w+",
        r"(?:end|ending|stop|finish) (?:it all|everything|all of it)|thinking (?:of|about) (?:ending|finishing|stopping) (?:it|things)|(?:want|wish|need|wanted) (?:\w+ ){0,2}(?:it|this|everything|life) (?:all )?(?:to )?(?:just )?(?:end|stop|be over)\b(?= (?:\.|now|and|forever|all)|$)|make it (?:all )?stop\b",
        r"(?:whats|what is|what was|wheres|no|not see (?:the|any)|dont see (?:the|any|a)|see no|isnt (?:any|a|much)) (?:the )?point (?:\w+ ){0,3}(?:living|life|being (?:here|alive|me)|going on|carrying on|of me|in me|existing|waking|to life|getting up|keeping going)|(?:no|any|see no|see a|see any|isnt any|hasnt any|have no) (?:\w+ )?(?:point|reason|purpose|future) (?:\w+ ){0,3}(?:live|life|living|carry on|go on|being here|be here|being alive|exist|wake up|keep going|left|any more)\b|(?:nothing|nowt) (?:\w+ )?(?:to )?live for",
        rf"(?:i|she|he|just|really|honestly|and|im|genuinely|ive|thinks?) {_CANT} (?:\w+ )?(?:go|carry|keep|keep going|gan|goin) on\b(?= (?:\.|any|like|no more|much|living|with (?:this|life|it|it all|everything)|i|and|he|she|it|without|alone|another|this way|but|how|what|is|does|do|who)|$)|\bi? ?{_CANT} (?:go|carry|keep) on (?:living|any|no more|like this)",
        rf"^{_CANT} (?:go|carry) on\b(?= (?:\.|any|like|no more|much|and|i)|$)|i {_CANT} do (?:this|it|life) (?:any ?more|no more|any longer)\b(?= (?:\.|i|and i|its|hes|shed)|$)|{_CANT} (?:do|face|cope with|bear|take|stand) (?:life|living|being alive|another (?:day|night))\b",
        r"(?:want|wants|going|like|ready|wanted) (?:to )?(?:just )?(?:disappear|vanish|be gone|not exist) ?(?:forever|for good|for ever|completely|and|\.|$)|(?:nobody|no one|who) (?:would|will|ll|d) (?:\w+ )?(?:miss|care|notice|mind|be bothered) (?:\w+ )?(?:if )?(?:i|me|he|she|him|her|im|when)\b",
        r"(?:wont|not|dont think ill|will not|wouldnt|might not|may not) (?:be|see) (?:here|around|alive|about|my birthday|christmas) (?:much longer|for much longer|for long|by|long|tomorrow|to see|next (?:week|month|year))|be here much longer|not be around (?:much|any|for much)|wont be (?:a burden|your problem|around to)|(?:not|dont) (?:\w+ )?see (?:\w+ )?(?:christmas|my next birthday|another (?:year|birthday))",
        r"(?:enough of|sick of|tired of|fed up (?:of|with)|done with|finished with|given up on|giving up on|gave up on|hate|hates|over with) (?:this |my |his |her |being |with )?(?:life|living|alive|everything and everyone|existing)\b|(?:only|no|one|any|easiest|best|a) way out\b(?! of (?:the|this|school|here|it))|(?:im|am|such|just|being|like|feel|feels|only|hes|shes) a burden\b",
        rf"(?:jump(?:s|ed|ing)?|throw\w*|threw|step\w*|walk\w*|run|runs|ran|running|drive|driving|drove|crash\w*) {gap(5)}(?:off (?:a|the|of)|out (?:of )?(?:a|the|his|her|my)|in front of|under|into (?:a|the)) {gap(2)}(?:bridge|window|roof|train|trains|cars?|bus|lorry|viaduct|cliff|traffic|car park|balcony|building|wear|river|multi ?storey|tree|wall|rail\w*|tracks?) ?(?:on purpose|deliberately|because|\.|$|and|to|he|she|i|so|last|today|yesterday|again|says|said)?",
        r"(?:stood|standing|sat|sitting|been|was|found (?:him|her)|climb\w*|went|going|im|on) (?:\w+ ){0,2}(?:on|to|at|by|the edge of) the (?:edge of the )?(?:bridge|viaduct|railway|train tracks|tracks|roof|cliff|ledge|multi ?storey|edge)\b|driv\w+ (?:\w+ ){0,4}(?:off the road|into a wall|into a tree|off a)|off the road (?:\w+ ){0,5}(?:both|with)",
        r"(?:take|took|taking|taken) (?:both of us|us both|the both of us|me and (?:him|her)|us all|him with me|her with me|the kids with me) (?:\w+ )?(?:out|with|away)|(?:both of us|us both|me and (?:him|her)) (?:\w+ ){0,3}(?:dead|gone|out of it|together forever|not here)",
        r"(?:how many|how much) (?:\w+ ){0,2}(?:paracetamol|pills|tablets|ibuprofen|insulin)\b(?! (?:can|should|does|is|do|are)? ?(?:he|she|my|a child)? ?(?:have|take|allowed|safe))|(?:pills|tablets) (?:\w+ ){0,2}(?:in front of me|in my hand|ready|lined up)|(?:save|saved|saving|stash\w*|hoard\w*|hid|hiding|counted|counting) (?:\w+ ){0,3}(?:tablets|pills|medication|meds)",
        r"(?:plan|plans|planning|planned) (?:\w+ ){0,3}(?:die|end (?:it|my|his|her)|how (?:to|hed|shed|he|she) (?:die|do it)|to kill)|(?:talks?|talking|talked|obsess\w*|asks?|writes?|writing|wrote|drawing|draws|thinks?|thinking|thoughts?|spoke|speaks|poems?|story|stories|googl\w+|search\w*) (?:\w+ ){0,3}(?:of |about )(?:\w+ )?(?:dying|death and|his own death|her own death|ending (?:it|his|her|my)|being dead|not being (?:here|alive)|wanting to die)|life (?:isnt|is not|aint|not) worth|(?:isnt|not|aint) worth living|dont care if i (?:die|live|wake)|give up on (?:life|living)|lost the will to live",
        r"(?:jumped|jump|throw himself|throw herself|threw himself|threw herself|threw myself|throw myself) (?:out of|off|in front|under|down|from|into)\b(?! (?:bed|the (?:trampoline|sofa|settee|swing|bunk|pool|wall)|a (?:trampoline|sofa)))",
        rf"help (?:him|her|me|them) (?:to )?die\b|(?:be|go|join|see) {gap(1)}(?:with )?(?:his|her|my) dead \w+|(?:want|wants) to be with {gap(4)}in heaven|(?:worked out|knows?|planned|decided|figured out|looked up|researched) how\b(?= (?:\.|hed|shed|id|to (?:do it|die|end))|$)|(?:want|wants|leav(?:e|ing)|get) (?:\w+ )?(?:out of |to leave )?this (?:life|world|earth)\b|(?:too hard|too much|hard|tired of|sick of|dont deserve|pain of|hate) {gap(1)}(?:being alive|staying alive|to be alive|to stay alive)|(?:his|her|my|own) (?:own )?funeral|at (?:his|her|my) funeral|rather (?:be )?(?:in the ground|in a (?:grave|coffin)|six feet under|under the ground|under a (?:bus|train|car))|(?:sleep|asleep|go|gone|close my eyes) (?:for ever|forever|for good)\b|(?:giv\w+|gave) {gap(4)}away {gap(8)}(?:need|want|friends|goodbye|remember)|(?:his|her|my|our) last (?:birthday|christmas|summer|night|day on)\b(?! (?:party|present|at)\b)|(?:say|saying|said|says) (?:\w+ )?goodbye (?:to (?:everyone|us all|the kids|people|all)|and|for good|forever)|(?:finish|finishing|finished|end|ending|kill|killing) (?:himself|herself|myself|hersel)",
        rf"(?:disappointed|sorry|gutted|upset|sad|angry|annoyed|hate|wish) {gap(3)}(?:woken|wake|waking|woke) up\b(?! (?:early|at|tired|so|for)\b)|i (?:dont|cant|do not) trust myself\b|(?:letters?|notes?) (?:to|for) (?:the|my|me|our) (?:kids|children|bairns|family|mam|mum|husband|son|daughter) {gap(2)}(?:\.|$|for when|explaining|saying|and)|(?:about|of) not (?:existing|being here|being alive|waking)|nothing left (?:in me|for me|to give)|(?:how|when|where) (?:id|hed|shed|i would|i could|i will|ill) (?:do it|end it|go)\b|(?:crash|crashing|drive|driving|drove) (?:the|my|our|a) car {gap(3)}(?:with|into|off|both|on purpose)|(?:tak(?:e|ing)|took|swallow\w*|neck\w*|count(?:s|ing|ed)?|looks? at|stares? at) {gap(1)}(?:all )?(?:of )?(?:the|my|me|his|her|them|all) {gap(1)}{_DRUG} {gap(3)}(?:and (?:counts?|think\w*|wonder\w*)|in the (?:cabinet|cupboard|drawer) and|at once|in one go)|taking all (?:me|my|the|of) {gap(1)}{_DRUG}|give up on everything|no way forward|(?:cant|dont) see a way (?:forward|out)\b",
        rf"(?:sits?|sat|sitting|stood|stands|standing|hangs? about|went|goes|go) {gap(2)}(?:on|at|to|by|off) (?:the|a) {gap(1)}(?:bridge|viaduct|railway|cliff|ledge|train line|tracks|roof|multi ?storey|top of the car park)\b|insurance {gap(3)}if i|(?:theyd|they would|kids would) (?:get|have) the (?:life )?insurance",
        unless=r"\b(?:dead pool|playing dead)\b",
    ),
    # the parent or carer who may do harm
    _rule(
        "fear-of-harming",
        rf"{_ME} {gap(3)}(?:nearly|almost|just|might|could|came|going to|gonna|want to|wanted to|feel like|felt like|lost it and|lost my temper and|snapped and|will|keep|kept|started|may|about to|have|actually|properly|accidentally|really|hit|had to stop myself) {gap(3)}(?:{_HARM_DONE}|hitting|hurting|shaking|shook|slapping|smacking|shaken|smothering|strangling|throwing|threw|throw|grabbed|brayed|punched|dragged|belted|thumped|pushed|battered|clouted|leathered|killing|harming|punching|choking|drowning|suffocating|throttled|throttling) {gap(1)}(?:{WHOM}|someone|somebody|one of them)",
        rf"{_ME} (?:just |only |really |properly |have )?(?:hit|slapped|smacked|shook|punched|kicked|battered|hurt|threw|strangled|belted|thumped|brayed|clouted|leathered|choked|throttled|burned|burnt|bit|dragged|shoved|pushed|kicked|pinned|squeezed|squashed) {gap(1)}(?:him|them|{_HER}|(?:my|our|the|me) {gap(2)}{CHILD})\b",
        rf"(?:scared|frightened|afraid|worried|terrified|fear|feel|thought|think|thinking|thoughts|urge|urges|worry|petrified) {gap(4)}(?:i|ill|im|of|about|to|id) {gap(5)}(?:hurt|hurting|harm|harming|kill|killing|smother\w*|shake|shaking|hit|hitting|drown\w*|do something to|do him|do her|suffocat\w*|strangl\w*) {gap(1)}(?:{WHOM}|someone|my|the|one of them)",
        rf"(?:lost (?:it|control|my temper|my rag|the plot)|snapped|saw red) {gap(3)}(?:{ACT}) (?:{WHOM})|(?:scared|terrified|frightened|afraid|worried) (?:that )?(?:i|ill|im|id) {gap(4)}(?:drop|throw|shake|drown|leave|choke|squeeze|push) {gap(2)}(?:him|her|baby|them|{CHILD}) (?:on purpose|deliberately|out|down|in|against|hard)\b",
        r"(?:scared|frightened|afraid|worried|terrified|going to|might|about to|will) (?:\w+ ){0,4}(?:lose|losing|loose) (?:it|control|my temper|my rag|the plot) with (?:him|her|them|the (?:baby|kids|bairns?|children)|my (?:\w+ )?(?:son|daughter|lad|lass|boy|girl|bairn|baby|kids))\b",
        rf"{_ME} {gap(4)}do something (?:to (?:him|her|them|my)|stupid|bad|terrible|silly|i(?:ll)? regret)|(?:pillow|cushion|blanket|hand) (?:over|on) (?:his|her|the|their|my) {gap(1)}(?:face|mouth|head|nose)|{_ME} {gap(4)}(?:snap|lose it|lose control|blow) and {gap(2)}(?:hurt|hit|kill|harm|do)",
        rf"(?:stop|stopped|stopping) myself {gap(3)}(?:hitting|hurting|shaking|slapping|smacking|harming|strangling|from)|i {gap(2)}never {_HARM_DONE} {gap(6)}but {gap(4)}(?:nearly|almost|did|came close|close)\b|(?:came|come) (?:so|very|that|really|this) close to {gap(1)}(?:hitting|hurting|shaking|smothering|slapping|throwing|harming|losing)",
        rf"i {gap(2)}(?:cant|dont) trust myself {gap(4)}(?:him|her|them|baby|kids|bairn|not to)\b|not safe (?:with|around) me\b|(?:scared|frightened|afraid|worried|terrified|dread) (?:of )?what (?:i|ill|im|id) {gap(3)}(?:do|capable)\b|(?:i|and) (?:just )?saw red\b|my temper {gap(6)}(?:do|hurt|scar\w*|hit|him|her|them)\b|{_ME} grabbed {gap(6)}(?:hard|marks?|fingerprints?|bruis\w+|neck|throat)|(?:dropping|throwing|pushing|hurling|leaving|chucking) (?:him|her|them|the baby) {gap(1)}(?:out|down|off|across|under) (?:of )?(?:the|a)|i (?:am|might be|could be) a danger to|(?:going to|gonna|might) (?:end up )?(?:hurting|hitting|harming|killing|braying|shaking) (?:him|her|them|my|the|someone)|(?:was|were) (?:going to|gonna) (?:hit|hurt|bray|batter|shake|slap|belt|kill) (?:him|her|them|my)",
        negatable=True,
    ),
    # a child who is not where they should be
    _rule(
        "missing",
        rf"(?:{CHILD}|{SIBLING}|he|she|hes|shes|they|theyve|who) {gap(5)}(?:gone|went|go|is|been|reported|s|hes|shes|be|as|are) missing\b",
        rf"(?:days?|nights?|hours|all night) missing|missing (?:child|children|person|boy|girl|pupil|student|kid|lad|lass|teenager|son|daughter|bairn|episode|from (?:home|care|placement|site|school (?:site|grounds)|foster|his foster|her foster|the (?:home|children|unit|garden|house|playground|park)))\b|(?:{CHILD}|{SIBLING}|hes|shes) missing\b|gone (?:awol|walkabout|awol)\b|\bawol\b",
        rf"(?:{_CANT}|unable to|failed to|not able to|havent|hasnt|still not|trying to) (?:\w+ )?(?:find|locate|trace|found|track down|get hold of) (?:my|our|the|me|this)? ?{gap(3)}(?:{CHILD}|him|her|them)\b(?! (?:a|an|any|the|another|somewhere|something|anything|suitable|right|support|help|new|place\w*|school\w*|club\w*|activit\w*|provision|some|in the|on the|good|decent|friends|plan|report|shoes|form)\b)",
        rf"(?:{CHILD}|hes|shes|has|have|just|who|had|lad|lass|theyve|he|she) (?:just |gone and |only )?(?:ran|run|bolted|scarpered|legged it|done one|done a runner|absconded|wandered|escaped|climbed out|slipped out|sneaked out|took off|taken off|eloped|got out|gone|walked out|stormed out) (?:away|off|out|from|of|and|over|again|down)? ?{gap(8)}(?:cant|not|ago|now|nobody|hour|hours|since|dont know|no idea|looking|back|missing|find|police|where|night|dark|lost|hasnt|havent|this morning|home|today)\b",
        r"(?:has|have|hes|shes|just|theyve|weve) (?:just |now )?(?:run|ran) (?:away|off)\b(?! (?:[0-9]+|a few|several|two|three|many|lots|loads|before|twice|in the past|from school (?:\w+ )?times))",
        r"(?:ran|run|runs|running) away from (?:home|care|the childrens? home|foster|placement|us|here|the unit)\b|absconded|(?:thinking (?:of|about)|going to|gonna|want to|planning to|wants to|threatening to|planning on) (?:run|running|ran) away\b",
        rf"(?:he|she|they|hes|shes|{CHILD}|who) {gap(2)}(?:hasnt|havent|didnt|never|not|isnt|has not|did not|nt|still not) {gap(2)}(?:(?:came|come|returned|return|arrived|turned up|showed up|made it)(?: (?:back|home|at school|in from|since))?|(?:got|get|been|be) (?:back|home|at school|seen|in from|since)|back)\b(?= {gap(2)}(?:home|back|last night|all night|since|from|yet|tonight|\.|and|her|his|this|for|after|seen|hours?|its|yesterday|today)\b)(?!.{{0,20}} to (?:me|us)\b)",
        rf"(?:nobody|no one|noone|none of us|dont|doesnt|dont even|havent|hasnt|not|no idea|not sure|wont say|wont tell me|refuses to say|who knows) (?:\w+ )?(?:knows?|known|seen|heard from|clue|idea)? ?(?:where (?:he|she|they|my {CHILD}|the {CHILD}|hes|shes|theyre|the kids|our {CHILD}) ?(?:is|are|have|has|went|gone|could be|got to|might be|s)?\b(?= (?:\.|gone|and|or|now|been|at|with|help|please|right|his|her|tonight|who)|$)|(?:him|her|them) since)",
        rf"(?:nobody|no one|hasnt been|not been|havent|not|last)(?:s| has| have)? (?:been )?(?:seen|heard from) {gap(2)}(?:since|for|at|in|him|her)\b",
        rf"(?:{CHILD}|he|she|hes|shes|they) {gap(2)}(?:has |have |just |s )?(?:disappeared|vanished|disappears|disappearing|been gone|gone since|been out all night|stays out all night|wandered off)\b(?! (?:from the (?:list|plan|report)|support|off the))",
        rf"(?:isnt|not) (?:at|in) school and (?:isnt|not) (?:at )?home|(?:gone|went) off with {gap(3)}(?:man|someone|somebody|stranger|bloke|lad|people|lads|men|boyfriend)\b|(?:isnt|not) answering {gap(2)}(?:phone|calls|mobile|texts)|(?:isnt|not|wasnt|arent) where (?:i|we|he|she|they) (?:left|should|said|told|supposed)|no sign of (?:him|her|them|(?:my|our|wor|the) {gap(2)}(?:{CHILD})\b(?!s)|our [a-z]+|my [a-z]+ anywhere)\b(?! (?:report|plan|draft|assessment|letter))|(?:been|searched|looked|looking|driven|walked) (?:round|around|up and down|in) (?:every|all|the whole|all the) {gap(2)}(?:streets?|parks?|estate|village|town|where)\b|drove off with (?:my|our|the|him|her)|wandered (?:off|out|from|away) {gap(3)}(?:and|help|cant|park|garden|house|shop|gone)\b|(?:over|under|through|out|out of) the (?:fence|gates?|school gates?) (?:and|we|hes|shes|gone|theyve|today)|(?:is|gone|gan|went|now|currently|run) off ?site\b|bed (?:is|s|was)? ?empty|beds empty|(?:hasnt|not|nt) been (?:home|back|in|seen) since|gone since|goes? (?:straight )?to voicemail",
        rf"(?:ive|we|weve|i|have) (?:just )?lost (?:my|our|sight of|the) {gap(3)}{CHILD}\b(?= (?:in|at|and|help|\.|on|somewhere|near|we|i|he|she|hes|please|what)|$)",
        rf"(?:snatched|abducted|kidnapped|(?:wont|not|refus\w+ to|hasnt) (?:\w+ )?(?:give|gave|bring|brought|return\w*|let) (?:me |him |her |them |my |the )?(?:{CHILD}|him|her|them)? ?(?:back|home)|(?:took|taken|takes) (?:my|our|the) {gap(2)}{CHILD} {gap(4)}(?:and|without|wont|abroad|from school|out of the country))\b",
        rf"(?:never|didnt|not|hasnt) (?:brought|bring|dropped|drop|returned|delivered|turned up with) (?:him|her|my {CHILD}|them|the {CHILD}) (?:\w+ )?(?:home|back|off|here)|(?:{CHILD}|hes|shes|he|she|gone) {gap(6)}(?:from the garden|out now and|out there (?:alone|on)|been looking (?:for (?:him|her)|everywhere|an hour))",
        negatable=False,
        unless=r"\b(?:never gone missing|(?:if|when|in case|risk of|at risk|worried|scared|case) (?:a child|a pupil|he|she|a young person|someone|him|her|of him|of her|children)? ?(?:goes?|going|went|gets|got|runs?|ran|running|is) (?:missing|lost|off|away))\b",
    ),
    # violence at home
    _rule(
        "violence",
        rf"domestic (?:violence|abuse|abused|situation)|coerciv\w+|controlling (?:relationship|behaviour (?:from|by) (?:my|his|her)|{PARTNER}|me\b)|(?:in|at|to|fled to|into) a (?:womens )?refuge|womens (?:aid|refuge)|gasli\w+|strangl(?:es|ed|ing) (?:me|her|him|us|my|his|the)\b|stalk(?:s|ed|ing|er) ",
        rf"(?:abusive|violent|controlling|aggressive) {gap(1)}(?:{PARTNER}|{RELATIVE}|relationship|marriage|home|household|man|men)\b|(?:{PARTNER}|{RELATIVE}|he|hes|relationship|marriage) {gap(5)}(?:abusive|violent|controlling|an abuser)\b(?! (?:at school|in class|when hes|when he is|outbursts?))|violent (?:to|toward|towards|with) (?:me|us|my|his|her|the|each other)|(?:{PARTNER}|{RELATIVE})s? violence",
        rf"(?:he|she|{PARTNER}|{RELATIVE}|they|ex) {gap(3)}(?:wont|doesnt|dont|never|not|refuses? to|will not|didnt) (?:\w+ )?(?:let|lets|allow|allows|allowing|letting) me {gap(2)}(?:eat|sleep|drink|wash|leave|see|go|out|have|speak|talk|ring|use|work|contact|near|any)\b|(?:im|i am|we are|am|were|me|shes|she is) not allowed (?:to|out|any|my|a) ?(?:\w+ )?(?:leave|see|speak|talk|out|phone|friends|money|anywhere|go|family|house|alone|door)?|(?:controls?|takes?|keeps?|checks?|tracks?|monitors?|reads|took) {gap(2)}(?:my|all (?:the|my|our)) (?:money|phone|wages|bank|benefits|messages|texts|keys|passport|cards?)\b",
        rf"(?:smash(?:es|ed|ing)?|trash(?:es|ed|ing)?|wreck(?:s|ed|ing)?) {gap(2)}(?:the |our |my )?(?:house|place|home|door|windows?|everything|room|kitchen|furniture) {gap(1)}(?:up|in|and|again|right now)|(?:kick|kicked|kicking|bang|banging|break|breaking|broke|smashing|batter|battering|putting|put) (?:on |down |in )?(?:the|my|our) (?:front |back |bedroom |bathroom )?door (?:in|down|and|off|right)|fists? through|(?:tracks?|checks?|monitors?) (?:where|who) i (?:am|go|see|talk|text|ring)\b|(?:threw|throws?|throwing|hurled|hurls?) {gap(4)}at (?:my|his|her|our) (?:head|face|mam|mum|sister|brother|baby)\b|cant keep (?:him|her|us|them|my \w+|the \w+|myself) safe\b|(?:told|says|said) (?:\w+ )?(?:im|youre|shes|were|ill be) next\b|never see (?:daylight|(?:the|my|your) kids again)|(?:coming|come|came|comes) (?:for|after) (?:me|us|(?:his|her|my|our) (?:mam|mum|family|kids))\b(?! (?:tea|dinner|lunch|help|advice|support))|sleeping in (?:the|our|my) car|(?:isnt|not|never|wasnt|no longer) safe (?:at|in) (?:our|the|my|his|her) (?:house|home|own)|(?:isnt|not|never|aint) allowed (?:her|his|my|their) own|punch(?:es|ed|ing)? (?:holes in |through )?(?:the |a )?(?:walls?|doors?|windows?)",
        rf"(?:got|has|have|had|pulled|pulls|holding|held|grabbed|picked up|picks up|carr\w+|waving|hid|hiding|took|takes|brought|takes|came at|comes at|went for|goes for|attack\w*|threaten\w*|chas\w+|stab\w*|after|at|lunged|lunges|slashed) {gap(6)}(?:knife|knives|machete|weapon|gun|hammer|axe|blade|crowbar|screwdriver)\b|(?:attack\w*|threaten\w*|stab\w*|went for|goes for|came at|comes at|hit|hits|chas\w*|lunged|after) {gap(6)}with {gap(2)}{WEAPON}",
        rf"(?:burn|burning|torch) {gap(3)}(?:the|our|my|this|his|her) (?:house|place|home|flat|bed|room|curtains|school|car)\b|set(?:s|ting)? {gap(5)}(?:on fire|alight)\b|set(?:s|ting)? {gap(1)}fires?\b(?! (?:alarms?|drills?|doors?))|(?:{ACTOR}|he|she) {gap(4)}(?:attack(?:s|ed|ing)|beat(?:s|ing)? up|batter\w*) {gap(1)}(?:me|us|mam|mum|my)\b|mummy {gap(3)}(?:crying|hurt|bleeding|blood)|daddy {gap(3)}(?:hurts|hits|hit|hurt|pushed|kicked|punched) ",
        rf"(?:get|got|getting|need to get|run|ran|flee|fled|fleeing|escape|escaped|escaping|hide|hiding|leave|leaving|left|away) {gap(2)}(?:away )?from {gap(2)}(?:{PARTNER}|my (?:dad|mam|mum|stepdad|brother)|him|an abus\w+|abus\w+|violen\w+)\b|(?:hiding|hid|locked|barricaded|shut) {gap(2)}(?:in|inside) the {gap(1)}(?:bathroom|toilet|bedroom|car|cupboard|loft|shed|garage)|(?:run|ran|flee|fled|leave|left) {gap(3)}(?:home|house|our home) {gap(2)}(?:quickly|in the night|because of|with nothing|with the kids|tonight)",
        rf"(?:blacked out|knocked (?:me|him|her) (?:out|unconscious|down|to the (?:floor|ground)|about|around)|(?:threw|throws|throwing|chuck\w*) {gap(3)}(?:things|stuff|plates?|cups?|chairs?|furniture) at (?:me|us|him|her))|(?:comes?|came|went|goes|flew|flies) (?:at|for) (?:me|us|his (?:mam|mum|dad|sister|brother)|her (?:mam|mum|sister|brother)|the baby) (?:with|and|again|last|when)",
        rf"(?:they|parents|mam and dad|mum and dad|dad) {gap(2)}(?:fight|fights|fighting|fought) (?:\w+ ){{0,6}}(?:hit|hits|scared|crying|blood|every night|police|screaming|kids)",
        negatable=True,
    ),
    # a medical emergency
    _rule(
        "medical",
        r"(?:not|isnt|stopped|stops|stop|cant|cannot|hardly|barely|struggling to|struggles to|struggling with|trouble|fighting to|difficulty|couldnt|wont|gasping|no longer|aint|finding it hard to|hard to|find it hard to|cant get (?:his|her|my)) (?:\w+ )?breath(?:e|ing|in|)\b(?! (?:through|out of) (?:his|her|my|the) nose)|gasping for",
        rf"unconscious\b(?! (?:of|bias|mind))|unresponsive\b(?! (?:to|council|school)\b)|not responding|(?:{CHILD}|he|she|hes|shes|dad|mam|mum|nana|i|baby|{SIBLING}|who|just|him|her) {gap(2)}(?:collapsed|passed out|fainted|electrocuted|blacked out)\b|(?:cant|couldnt|unable to|not able to|trying to) (?:get |wake )(?:him|her|them|my \w+|the \w+|baby)(?: to)? ?(?:wake|awake|up|round|come round|respond)?(?= (?:up|round|\.|and|wake|awake|help|properly|please|now)|$)|(?:wont|will not|not|isnt) (?:wake|waking|come round|coming round|respond|responding)\b(?!(?: up)? (?:for|in the|early|on|until|before|at|to))",
        rf"(?:gone|going|turned|turning|went|is|are|looks|look|lips|hes|shes|looking|all) {gap(2)}(?:blue|floppy|limp|grey|lifeless|purple|stiff|funny colour|(?:grey|blue|funny|strange|weird|purple) colou?r)\b(?= (?:\.|and|round|in|help|now|he|she|hes|shes|what|lips|after|with|please|i)|$)|(?:hes|shes|is|and|are|not|isnt) not moving|(?:not|isnt|stopped) moving\b",
        rf"(?:fit|fits|seizures?|fitting|convuls\w+|jerking) {gap(6)}(?:wont stop|not stop\w*|isnt stop\w*|hasnt stop\w*|doesnt stop|still going|right now|[0-9]+ min\w*|(?:two|three|four|five|six|seven|eight|ten|twenty) min\w*|minutes|longer than|come round|after another|first ever|first time|back to back|what do i do|not coming round|rescue med\w*|dont know what)|(?:having|in the middle of|still|is|hes|shes|having had) {gap(2)}(?:fit|seizure|fitting|convuls\w+)\b(?! (?:in|for|to|well|a|the|enough|activity|disorder|plan|like|into|about|and (?:healthy|well|active)))|status epilepticus|eyes (?:have |are |is )?roll\w*|(?:wont|not|hasnt|cant) stop (?:twitching|shaking|jerking|convulsing|bleeding)|knocked (?:himself |herself |him |her )?(?:out|unconscious)\b(?! (?:of|his)\b)|concussi\w+|(?:cant|couldnt|unable to|cannot) (?:rouse|revive) |(?:stuck|lodged|caught) in (?:his|her|my|the) (?:throat|windpipe|airway)|lips {gap(3)}(?:colour|blue|grey|purple)|chest {gap(2)}(?:sucking|caving)|(?:wont|not|isnt|stopped) (?:answer|answering|respond|responding) {gap(1)}and|passed out|eyes rolling",
        rf"(?:is|hes|shes|baby|are|{CHILD}|s|just|now|started) choking\b|choking on|chok(?:ed|es) {gap(4)}(?:blue|cant|not|unconscious)",
        rf"swallow(?:s|ed|ing)? {gap(5)}(?:batter\w+|magnets?|bleach|{_DRUG}|coins?|something|liquid|toy|pins?|glass|poison|lego|bead|beads|nail|screw|stones?|marbles?|chemical|capsule|pods?|antifreeze|needle|button|cleaner|lighter fluid|petrol|cleaning \w+|drain cleaner|vape\w*|razor|objects?)\b",
        rf"(?:drunk|drank|drinks|drinking|eaten|eating|ate|licked|had|got into|gulped|necked|taken) {gap(4)}(?:bleach|cleaner|poison\w*|berries|weed ?killer|antifreeze|pods?|washing (?:tablet|capsule|liquid)|screen ?wash|petrol|dishwasher \w+|under the sink|mushrooms|slug pellets|rat poison|hand gel|sanitiser|white spirit|(?:my|his|her|nanas?|grandads?|mams?|dads?|too many|all (?:the|his|her|my)|all of (?:the|his|her|my)|a load of|loads of|lots of|a handful of|a bottle of|a packet of|a box of|whole \w+ of|bunch of|an? lot of) {gap(2)}{_DRUG})\b",
        rf"overdos(?:e|es|ed|ing)|(?:shes|hes|ive|she|he|have|has) (?:just )?(?:taken|swallowed|took) (?:some |the |all )?(?:pills|tablets)\b(?! (?:fine|crushed|with|for|every|daily|at|for his)\b)|(?:taken|took|take|takes|swallowed|neck\w*|popped|downed|had|have|ive|eaten) {gap(2)}(?:a )?(?:loads?|too many|too much|all|handful|lots|whole|packet|bottle|box|bunch|strip|pack|[0-9]{{2,3}}|twenty|thirty|forty|ten|double|every) {gap(4)}{_DRUG}|(?:medicine|tablet|pill|medication|insulin) {gap(2)}(?:cupboard|cabinet|bottles?|box|packets?|pen) {gap(4)}(?:empty|open|gone|missing)",
        rf"(?:bleeding|blood|bleeds) {gap(6)}(?:wont stop|not stop\w*|cant stop|badly|heavily|everywhere|a lot|loads|pouring|now|from (?:his|her|the) (?:head|mouth|ears?|wrist\w*|neck)|gushing|doesnt stop|isnt stop\w*|spurting|soaked)|(?:pouring|gushing|covered in|losing|coughing up|vomiting|lost) {gap(3)}blood\b|bled {gap(3)}(?:everywhere|a lot|out)|until (?:he|she|i) bled",
        rf"(?:burn(?:ed|t|s)?|scald\w*) {gap(5)}(?:badly|boiling|kettle|hot (?:water|oil|tea|coffee)|blister\w*|acid|face|iron|oven|chip pan)|(?:boiling water|kettle|hot (?:oil|fat|tea|coffee|water|soup)|chip pan|acid) {gap(5)}(?:over|on|himself|herself|down)|electrocut\w+|poisoned|poisoning",
        rf"(?:having|in|got|going into|had|start of|think) {gap(2)}(?:allergic reaction|anaphyla\w+)|anaphyla\w+ (?:shock|right|now)|(?:throat|tongue|lips|face|mouth) {gap(4)}(?:swelling|swollen|closing|swelled|ballooning|ballooned|puffed)|given {gap(3)}epi ?pen",
        rf"(?:banged|hit|bumped|cracked|smashed|hurt|knocked|fell|landed|injur\w+) {gap(5)}head {gap(12)}(?:sick|sleepy|unconscious|vomit\w*|drowsy|knocked out|bleeding|blood|confused|wont wake|dizzy|throwing up|slurr\w*|not making sense|lump|split|fluid|seeing double)|fell {gap(6)}(?:not moving|unconscious|head|cant move|bone|wont wake|leg|screaming)\b|head ?(?:injury|is split open|split open)|bone (?:is )?(?:sticking|poking|out)",
        rf"rash {gap(8)}(?:glass|fade|fading|floppy|stiff neck|purple)|mening\w+|sepsis|stiff neck {gap(5)}(?:fever|temperature|rash)|(?:need|call|calling|ring|get|send|phone|called|want|rang|do i|should i) {gap(4)}(?:ambulance|999|paramedics?)\b|(?:having|had|has|think its|is it) (?:a |my )?heart attack(?! when)|having a stroke|cardiac|(?:is|hes|shes|nearly|almost|was|has) drown(?:ing|ed)\b|(?:tube|peg|trache\w*|trachy|button|ng) {gap(4)}(?:come out|came out|fallen out|pulled out|out and|blocked|dislodged) {gap(4)}(?:and|he|she|hes|shes|cant|help|now|floppy|what)|medical emergency|(?:his|her|my) (?:insulin|sugar|blood sugar|sats|oxygen) (?:\w+ ){{0,3}}(?:dropp\w+|low|hypo|falling|crash\w*) {gap(6)}(?:wont|not|floppy|unconscious|drowsy|help|shaking)",
        negatable=False,
        unless=r"\b(?:not had an? (?:fit|seizure)|ambulance (?:service|station|job|cadets|visit)|toy ambulance|(?:if|when|what if|in case) (?:he|she|a child|a pupil|my (?:son|daughter)) (?:has|had|have|having|starts?|is|goes into|were|was) (?:\w+ ){0,2}(?:seizures?|fits?|fitting|reaction|chok\w+|overdose)|(?:at|in) risk of (?:chok\w+|seizures?)|overdosed on (?:chocolate|sweets|telly|tv|screen))\b",
    ),
    # the same, less plainly said
    _rule(
        "medical",
        rf"(?:gave|given|give|took|taken|had|got) {gap(4)}(?:double|twice|wrong|too much) {gap(3)}(?:{_DRUG}|dose)\b",
        r"temp(?:erature)? (?:\w+ ){0,3}(?:39|4[0-2])\b|epi ?pen (?:has been |was |just )?(?:given|used)\b|\bbmi (?:\w+ ){0,3}(?:9|1[0-5])\b|chest pains?\b|(?:is|shes|hes|im|gone into) in labour\b|waters? (?:have )?broke",
        rf"(?:bit|bitten|attacked|mauled|savaged) {gap(2)}by {gap(3)}dog {gap(6)}(?:deep|bleeding|blood|face|badly|stitches|hand|arm|leg|neck)\b",
        r"fell out (?:of )?(?:the|a|his|her|our|my) (?:\w+ )?window",
        r"(?:no|not had a|hasnt had a|hasnt|not done a|not) (?:wee|weed|peed|wet nappy|wet nappies|passed urine) (?:\w+ ){0,4}(?:hours|all day|since|today|yesterday)\b",
        negatable=False,
        unless=r"\b(?:wont wee|holds it|room temperature|water temperature|temperature in (?:class|the))\b",
    ),
    _rule(
        "self-harm",
        r"\bsh (?:again|tonight|last night|today|every|since|a lot)\b|(?:been|started|keeps?|doing) sh\b(?! (?:in|at|on)\b)",
        r"cuts? to (?:the |her |his |my |left |right |both |inner )*(?:fore)?(?:arms?|wrists?|thighs?|legs?)\b",
        r"(?:hid|hides|hidden|hiding|found|bought|got|made|tied) (?:a |the |some )?(?:\w+ )?(?:rope|noose)\b|(?:hear|hears|hearing|heard) voices? (?:\w+ ){0,4}(?:tell\w*|say\w*|hurt|kill|harm)\b",
        negatable=True,
    ),
    _rule(
        "suicide",
        r"(?:letters?|notes?) (?:to|for) (?:the|my|me|our) (?:kids|children|bairns|family|mam|mum|husband|son|daughter) (?:\w+ ){0,2}(?:sorry|goodbye)\b",
        r"(?:giv(?:e|es|en|ing)|gave) (?:all|everything|most)(?: of)? (?:(?:his|her|my|their) (?:\w+ ){0,3})?away\b",
        r"(?:giv(?:en|ing)|gave|left) (?:all )?my (?:\w+ ){1,3}(?:to|away) (?:\w+ ){0,8}(?:wont|will not|no longer) (?:be )?need(?:ing)? (?:it|them|that|any of it)\b(?! back)",
        r"(?:given|giv(?:es|ing)|gave) (?:all )?(?:his|her|their) (?:\w+ ){1,3}(?:to|away) (?:\w+ ){0,6}(?:says?|said|saying) (?:\w+ ){0,3}(?:wont|will not|no longer) (?:be )?need(?:ing)? (?:it|them|that|any of it)\b(?! back)",
        r"(?:any(?:one|body) (?:would|will|ll|d)|(?:would|will|does) any(?:one|body)) (?:\w+ )?(?:miss|care|notice)(?: me)?(?: \w+)? (?:if|when) (?:i|she|he) (?:\w+ )?(?:(?:wasnt|werent|isnt) (?:here|there|around|alive)|(?:was|were) (?:gone|dead)|died|disappeared|vanished|(?:didnt|never) (?:wake|woke|come back|came back))",
        r"(?:says?|said) (?:\w+ ){0,9}(?:she|he|shes|hes) (?:wont|will not|isnt going to|not going to) be here\b(?! (?:for|at|on)\b)",
        negatable=False,
    ),
    _rule(
        "missing",
        rf"(?:not|havent|hasnt) seen {gap(3)}(?:{CHILD}|him|her|them) (?:for|in) (?:[0-9]+|a|two|three|four|five|over) (?:hours?|days?|nights?)\b",
        r"(?:left|off|gone from) (?:the )?(?:site|premises|building|grounds|unit)\b (?:\w+ ){0,5}(?:not (?:yet )?(?:located|found|back)|whereabouts)|whereabouts unknown",
        r"(?:ive|i have|i) (?:just )?(?:run|ran) away\b(?! (?:when|as|once|in the past|years))|(?:got|gets|getting|gone|went) in(?:to)? (?:a|the|some|his) car with (?:a|some|the) (?:\w+ )?(?:man|men|bloke|lads?|stranger|fella|guy)\b",
        negatable=False,
    ),
    _rule(
        "violence",
        r"(?:man|men|someone|somebody|bloke|stranger|ex|lads) (?:\w+ ){0,3}(?:trying|tries|tried) to (?:get|break|kick (?:his|their) way) in\b(?! (?:to|touch|the|a|on|there)\b)|burn (?:us|me|him|her|them) (?:out|alive|in)\b|(?:found|finds|knows|worked) (?:out )?(?:our|my|her|their|the|where)? ?(?:new )?(?:address|we live|i live|she lives|we are|we moved)\b",
        r"(?:leave|left|leaving|run|ran|flee|fled) (?:\w+ )?in the (?:middle of the )?night (?:\w+ ){0,5}(?:nothing|because of|him|kids|bairns)\b",
        r"(?:says?|said|saying|threat\w+|talks? about|talking about|wants? to) (?:\w+ ){0,4}(?:shoot|stab|shooting|stabbing|bomb|bombing|kill|killing) (?:his|her|the|a|some|everyone|people|other) ?(?:\w+ )?(?:teachers?|school|class\w*|kids?|pupils?|lad|lads|girl|boy|head|everyone)\b",
        r"(?:join|joined|joining) (?:\w+ ){0,2}(?:nazis?|far right|isis|extremists?|terrorists?|jihad\w*)\b|(?:keeps?|kept) (?:a |the )?(?:\w+ )?(?:machete|gun|sword|axe|weapons?|hammer)\b|blow(?:ing)? (?:stuff|things|people|everyone|the school|school) up|mak(?:e|es|ing) (?:a )?bombs?\b(?! (?:bath|in minecraft))",
        negatable=True,
    ),
    _rule(
        "harm",
        r"(?:no|without any|cant afford) (?:heating|electric\w*|gas|hot water|nappies|formula|power) (?:\w+ ){0,6}(?:baby|bairns?|kids|children|toddler|freezing|hungry|starving)\b|(?:nowhere|no where) to (?:go|sleep|stay) (?:tonight|now)\b",
        rf"(?:someone|somebody|staff|a teacher|a carer|they|one of) {gap(7)}(?:hurting|hitting|abusing|touching|harming) {WHOM}",
        rf"(?:{SIBLING}) {gap(2)}(?:gets?|got|climbs?|comes?|came) {gap(1)}in(?:to)? bed with me\b|love ?bites?\b|hick(?:eys?|ies)\b",
        r"(?:says?|said|tells? \w+|told \w+) (?:\w+ ){0,6}touch(?:es|ed|ing) (?:me|her|him|them)\b(?! (?:up|base)\b)",
        r"(?:bum|bottom|willy|privates?|fanny|down there) (?:is |was )?(?:hurts?|hurting|sore|bleed\w*) (?:\w+ ){0,5}(?:since|when|after|at|from) (?:\w+ ){0,6}(?:uncles?|grandads?|dads?|stepdads?|stayed|carers?|man|brother|respite|driver)\b",
        r"(?:leaves?|left|leaving) (?:me|us) (?:\w+ ){0,6}(?:all (?:weekend|night|week)|over ?night|for days)\b",
        r"(?:hear|heard|hearing|hears) (?:\w+ ){0,3}(?:slaps|being (?:hit|slapped|beaten)|getting (?:hit|battered|slapped))\b",
        rf"(?:{RELATIVE}|{PARTNER}|staff|school|carers?) {gap(2)}(?:forgets?|wont give|refus\w+ to give|doesnt give|stopped giving|not giving) (?:\w+ )?(?:him|her|his|the) {gap(2)}(?:meds|medication|insulin|inhaler|tablets)\b",
        r"(?:isnt|wont|not|refus\w+ to|never|doesnt) (?:take|taking|takes|took) (?:him|her|them|the baby) to (?:the )?(?:hospital|doctors?|a and e) (?:\w+ ){0,4}(?:ill|poorly|sick|broken|hurt|bleeding|bad)\b",
        r"im (?:only )?(?:[5-9]|1[0-5])\b (?:\w+ ){0,3}(?:look|looking|care|caring) after my (?:\w+ ){0,3}(?:on my own|alone|by myself|all night)\b",
        r"(?:leav\w+|dump\w*) (?:him|her|them) (?:at|outside|on the steps of|with) (?:the |your )?(?:\w+ )?(?:council|social services|civic centre|police station|county hall)\b",
        r"(?:nobody|no one|not|havent|hasnt|never|arent|isnt) (?:\w+ ){0,2}(?:wash|washed|chang|changed|cleaned|fed|bathed) (?:him|her|them) (?:\w+ ){0,8}(?:for )?(?:days|weeks|all day|since)\b",
        r"(?:need|want) (?:some |your )?help (?:right )?now\b(?= (?:\.|please|im|hes|shes|i am)|$)|(?:someone|somebody|anyone|please) help (?:me |us )?now\b",
        r"(?:scared|frightened|terrified|afraid|dread) (?:\w+ )?what (?:he|she|they|hell|shell|hed|my \w+) (?:\w+ ){0,2}(?:do|does|capable)\b",
        r"(?:need|call|get|ring|phone) (?:the )?police\b(?! (?:checks?|vetting|clearance|report|talk|cadets|visit|officer|station|to come to school))",
        r"needles (?:\w+ ){0,2}(?:on|in|all over) (?:the )?(?:floor|house|home|bed|cot)|home conditions (?:\w+ ){0,2}(?:poor|bad|awful|unsafe|dirty|filthy)\b",
        r"acting out (?:\w+ ){0,3}sex\w*|sex (?:things|acts|positions)\b",
        rf"(?:{RELATIVE}|{PARTNER}) {gap(1)}(?:hits?|beats?|hitting|smacks?) with (?:a |the |his |her )?(?:stick|belt|cane|slipper|spoon|lead|shoe)\b",
        rf"(?:stopp\w+|stops?|skipp\w+|skips?|not) taking (?:his|her|my) {gap(1)}(?:{_DRUG}) (?:on purpose|deliberately)\b",
        r"(?:before|or) i do (?:something|anything)\b|help me (?:\w+ ){0,2}(?:scared|frightened)\b",
        negatable=True,
    ),
    _rule(
        "exploitation",
        r"(?:send|sends|sending|share|sharing|post|posting|leak|leaking|spread\w*) (?:my|her|his) (?:pics?|photos?|pictures|videos?|images?) (?:to everyone|to (?:my|her|his)|round|around|online|everywhere|unless|if)\b",
        r"(?:[2-6][0-9]) year old (?:boyfriend|girlfriend|bloke|fella)\b|(?:man|lad|bloke|fella|guy) (?:of|aged) (?:1[89]|[2-6][0-9])\b (?:\w+ ){0,8}(?:her|him|my)\b",
        r"pregnant (?:\w+ ){0,5}(?:stepdad|uncle|dad|brother|teacher|nobody knows|no one knows|cant tell)\b|(?:my|her) wedding (?:\w+ ){0,4}(?:dont|doesnt) want\b",
        negatable=True,
    ),
    # exploitation, trafficking, forced marriage, FGM
    # a child is drugged
    _rule(
        "harm",
        rf"(?:give|gives|gave|giving|slip|slips|slipped|slipping|feeds?|feeding|puts?) (?:him|her|them|me|{WHOM_YOUNG}) {gap(3)}"
        r"(?:sleeping (?:pills?|tablets?)|sedatives?|diazepam|valium|zopiclone|brandy|whisky|vodka|drugs|weed)\b",
        negatable=True,
    ),
    # threats by others
    _rule(
        "exploitation",
        r"(?:they|theyre|theyll|he|hes|hell|she|shes|someone|somebody|lads|dealers?|gang) (?:will|ll|are going to|is going to|going to|"
        r"threaten\w* to|said theyd|said theyll|say theyll|want to)? ?(?:cut|stab|shoot|slice|chib|slash|petrol bomb) "
        r"(?:him|her|me|us|them)\b(?! (?:off|out|back|some|slack|short|a|down|loose|free)\b)",
        negatable=True,
    ),
    _rule(
        "exploitation",
        r"county lines|cuckoo(?:ed|ing)|traffick\w+|modern slavery|(?:as|like) a slave|(?:criminal|sexual|child) exploitation|exploitation|radicalis\w+|child (?:bride|marriage|prostitut\w+)",
        rf"(?:sell|selling|sells|running|runs|carry|carrying|carries|dealing|deals|deliver\w*|moving|holding|dropping|drops|hold|stash\w*|hide|hiding|transport\w*) {gap(3)}(?:drugs|weed|cannabis|coke|cocaine|crack|heroin|ket|gear|packages?|parcels|spice|pills|stuff|bags|things) ?(?:for|on|to|round|across|by train|\.|$|and)?(?= {gap(6)}(?:for|older|lads|men|gang|people|them|drugs|dealer\w*|man|him)\b|$| \.)|(?:running|selling|sell|sells|dealing|carrying|deliver\w*|moving|runs) {gap(2)}(?:drugs|weed|cannabis|coke|cocaine|crack|heroin|ket|spice)",
        rf"gangs?\b {gap(5)}(?:mak\w+|forc\w+|threat\w+|involved|after|using|owes?|got|want|wont|in with|member|recruit\w*|took|take\w*|hang\w*|initiat\w*|beat\w*)\b|(?:in|with|by|joined|involved|owes|mixed up) {gap(2)}(?:a |the |with )?(?:gang|gangs|dealers?|drug dealers?)\b|(?:owes?|owe|debt) {gap(5)}(?:dealers?|drugs?|gang|lads|older)",
        rf"(?:older|grown|strange|adult|random|two|some) (?:men|man|lads|lad|blokes?|boys|people|girls|guys?|males?|crowd|boyfriend) {gap(10)}(?:pick\w*|money|cash|gives?|giving|gave|buys?|buying|bought|cars?|vapes?|drink|phone|hang\w*|disappear\w*|flat|lifts|gifts?|trainers|parties|hotel|takeaways|weed|outside school|waiting)\b",
        rf"(?:two|new|second|another|burner|extra|three|spare) phones? {gap(6)}(?:cash|money|wont|where|trainers|clothes|older|came from)|(?:cash|money|trainers|clothes|gifts|expensive \w+|presents) {gap(7)}(?:wont say|wont tell|dont know where|cant explain|no idea where|secretive|from (?:an )?older)",
        rf"(?:makes?|making|made|forc\w+|us(?:ed|ing)|get\w*) (?:him|her|them|me|my {gap(2)}{CHILD}) (?:\w+ )?(?:to )?(?:shoplift\w*|steal\w*|nick|carry|sell\w*|beg|begging|work for|hold|hide|pay|deliver\w*|clean (?:all|their|the house))|(?:taking|takes|took|stealing|steals?|spend\w*) {gap(2)}(?:all )?(?:his|her|my sons?|my daughters?|their) {gap(1)}(?:benefits|pip|dla|disability money|bank card)\b|(?:moved|moving) in(?:to)? (?:his|her|my sons?|my daughters?) (?:flat|house)",
        rf"(?:gifts?|lifts?|presents|money|cash|phones?|vapes?|drink|trainers|drugs|weed) {gap(4)}(?:from|off) {gap(3)}(?:man|men|fella|bloke|stranger|guy|older \w+|lads|someone)\b|(?:lasses|lads|men|blokes|girls|boys|people|friends|crowd) (?:of|in their) (?:twenty|thirty|forty|[2345][0-9]|twenties|thirties)|(?:coming|comes|came|come) (?:back|home|in) (?:\w+ )?(?:drunk|high|stoned|off (?:his|her) (?:face|head)|with new|with money)|drop\w* off (?:the |some |a )?(?:packages?|parcels?|drugs|stuff)|forc(?:e|ed|es|ing) {gap(5)}(?:marr\w+|into marriage|wed)|(?:mak(?:e|es|ing)|made|want|wants|taking|take|taken|sending|send|going to make|arranged?|arranging|expected|pressur\w+) {gap(8)}(?:marry|get married|be married|her marriage|marriage to|wedding) {gap(3)}(?:someone|a man|abroad|her cousin|my cousin|dont want|against|she|him|i|when|shes|in|without|and|\.|$)",
        r"\bfgm\b|female genital|genital mutilation|(?:her|daughter|daughters|girls?|niece|granddaughter|me|sister) (?:\w+ ){0,2}(?:circumcis\w+)|(?:circumcis\w+) (?:\w+ ){0,2}(?:her|daughter|girls?|niece|me|sister)|(?:girl|daughter|her|she|me|i) (?:\w+ ){0,10}to be cut\b|(?:girl|daughter|niece|she|her|sister) (?:must|will|has to|have to|is going to|should|gets?|getting) (?:be )?cut (?:when|in|abroad|there|before|by|next|this)|(?:wedding|marriage|engagement) (?:in|planned|arranged|booked|for) (?:\w+ ){0,4}(?:pakistan|bangladesh|india|somalia|abroad|pupil|year [0-9]+|choice|back home|overseas)|(?:meet|meeting|to|join) her (?:new |future )?husband|(?:taken|took|hidden|hid|has|keeps) (?:her|my|their) passport",
        negatable=True,
    ),
    # as staff write it
    _rule(
        "disclosure",
        r"(?:made|makes|making|make|received|had|got|taken|hearing|heard|another|historic|following) (?:a |an |another |some )?(?:\w+ )?disclosures?\b",
        rf"(?:pupil|child|children|student|girl|boy|yp|young person|kid|he|she|lad|lass|learner|client|patient|daughter|son|they|teen\w*|yr? ?[0-9]+|year [0-9]+|reception|class|resident|someone|service user|nephew|niece|granddaughter|grandson) {gap(7)}disclos(?:ed|es|ing|e|ure|ures)\b|disclos(?:ed|ing) (?:to (?:me|us|her|his|staff|a|the (?:ta|teacher|nurse|senco|elsa))|abuse|that|physical|sexual|self|being|about|something|harm|at|dv|domestic|he|she)\b",
        rf"(?:have|got|raise|raising|report|reporting|make|making|made|there is|theres|urgent|serious|possible|immediate|current|about|a|log|logging|want to|new|some|the|send|submit\w*|re|escalat\w*|do) {gap(2)}(?:safeguarding|child protection|welfare|cp) (?:concerns?|issues?|incident|referral|worry|worries|alert|matter|problem|disclosure|enquiry|report)\b(?! (?:form template|training|policy))|(?:^|(?<=\. ))(?:safeguarding|child protection|welfare|cp) (?:concerns?|issue|incident|referral|worry|alert|report)|safeguarding (?:concerns?|issue|referral|worry|incident) (?:about|re|regarding|for|with|involving|on|today|who|over)",
        r"(?:at|immediate|significant|of|serious|real) (?:risk of |immediate risk of )?(?:significant|serious|immediate) harm|(?:at risk|risk) of (?:\w+ )?(?:harm|abuse|being (?:hurt|harmed|abused|exploited|groomed))|(?:in|is|are|be|immediate|real|child|kids|bairns?) (?:\w+ )?(?:immediate |real |serious )?danger\b(?! (?:of (?:~|losing|failing|missing|falling|being (?:excluded|expelled)|exclusion)|awareness|zone|mouse))",
        rf"(?:worried|concerned|concern|concerns|worry|worries|fear|fears) {gap(4)}(?:safety|welfare) (?:of|at home|and|with)|(?:worried|concerned|concerns|fears?|scared|frightened) {gap(4)}(?:for|about|over) {gap(3)}(?:safety|welfare)\b(?! (?:of the (?:road|building|equipment|bus|minibus)|on the road|gate|belt|harness))|(?:allegations?|complaint) (?:made )?(?:against|about) (?:a |an |the |my )?{gap(2)}(?:staff|teacher|ta|escort|carer|driver|worker|member) ?{gap(4)}(?:hit|hurt|abus\w+|touch\w+|assault\w*|\.|$)?(?= |$)|\blado\b",
        rf"(?:said|told|saying|says|mentioned|came out with) {gap(4)}(?:something|things|stuff|summat) {gap(3)}(?:worr(?:ies|ied|ying)|concern(?:s|ed|ing)|bother(?:s|ed)|alarm\w+|disturb\w+|about (?:her|his) (?:uncle|dad|stepdad|mam|mum|grandad))|present(?:s|ed|ing) with {gap(3)}(?:bruis\w+|injur\w+|marks?|burns?)|restrain\w* {gap(6)}(?:broke|injur\w+|hurt|bruis\w+|marks?|fractur\w+|hospital|blood|face down|prone)|(?:faltering growth|failure to thrive) {gap(6)}(?:engag\w+|neglect|concern\w*)|hurt(?:s|ing)? at home|referral to (?:the )?front door|front door referral|hurting (?:him|her|them|me)\b",
        negatable=True,
    ),
)


def find_urgent(text: str) -> str | None:
    """Return what sort of urgent help a message calls for, or None.

    One of: harm, violence, self-harm, suicide, fear-of-harming, missing, medical, exploitation, disclosure.
    """
    words_of_text = plain(text)
    if not words_of_text:
        return None
    rest = without_calm_phrases(words_of_text)
    for rule in RULES:
        for match in rule.pattern.finditer(rest):
            if rule.unless and rule.unless.search(words_of_text):
                break
            if not ((rule.negatable and _is_negated(rest, match)) or _is_over(rule, rest, match)):
                return rule.category
    return None


def _is_over(rule: Rule, text: str, match: re.Match[str]) -> bool:
    """Tell whether the message says that what the match tells is over: settled long ago, or back safe."""
    if rule.category == "missing" and is_back_safe(text, match.start(), match.end()):
        return True
    return rule.category in _MAY_BE_SETTLED and is_settled(text, match.start(), match.end())


# Acts that a negation in front of them takes back.
_NEGATABLE_ACT = re.compile(
    rf"\b(?:{ACT}|{DONE}|hurt|touch\w*|self|harm\w*|suicid\w*|cutting|abus\w*|violen\w*|disclos\w*|safeguarding|bruis\w*|groom\w*|neglect\w*|raped?|danger)\b"
)


def _is_negated(text: str, match: re.Match[str]) -> bool:
    """Tell whether each act in the match has a negation in front of it."""
    acts = list(_NEGATABLE_ACT.finditer(text, match.start(), match.end()))
    return bool(acts) and all(_NEGATED.search(text, max(0, act.start() - 50), act.start()) for act in acts)
