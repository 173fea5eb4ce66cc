"""What sounds like danger and is none: phrases taken out before the rules of `urgent_patterns` are tried.

Three layers, from narrow to wide, so that what is left of a message can still raise the alarm:

- phrases (`CALM`): a figure of speech or an ordinary use of a word, calm wherever it stands;
- kinds (`KINDS`): calm only beside other words (a hoist, a prison, a course) and never beside words of danger;
- whole messages (`is_settled`, `calm_kind`): long past and dealt with; or so plainly of a calm kind that a likeness
  to urgent examples is not enough.

All work on the text as `urgent_patterns.plain` writes it: lower case, no apostrophes or commas, ` . ` ends a sentence.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_MASK = "~"

# Words of danger at present. Where one stands, a message is not taken for a calm kind.
_DANGER = (
    r"\b(?:scared|frightened|terrified|afraid|petrified|die|dies|dead|dying|killed|knife|knives|weapon|blood|bleed\w*|"
    r"overdose\w*|pills|suicid\w*|tonight|last night|right now|this morning|ambulance|police|999|hurting|hurts me|hits me|"
    r"beats?|beaten|bruis\w*|marks|touch(?:es|ed|ing)|raped?|threat\w*|cant cope|snap|punch\w*|slap\w*|kick\w*|strangl\w*|"
    r"choking|unconscious|hungry|starving|drunk|secret|disclos\w*|wont stop|on purpose|please help|(?<!can )(?<!could )(?<!to )(?<!would )help me(?! (?:with|fill|find|get|understand|apply|write|choose|sort)))\b"
)

# --- phrases: calm wherever they stand -----------------------------------------------------------------------

# Taken out before the rules are tried, each because it sounds like danger and is none.
_CALM_PHRASES = (
    # figures of speech
    r"(?<!he )(?<!dad )(?<!band )(?<!friend )(?<!partner )(?:is|are|was|were|been|absolutely|its|feet|back|head) (?:\w+ )?killing (?:me|us|him|her|them|off|my \w+|our \w+|the \w+)",
    r"(?:could|would|id) murder (?:a|an|some)\b",
    r"(?:was|is|its|been|absolute|pure|sheer|total) murder\b",
    r"kill(?:ing|s)? (?:time|two birds|it|the (?!kids|bairns|baby|children|family|lot)|for a|a|an|weeds|zombies|off|your|some)\b",
    r"(?:mam|mum|boss|wife|missus|husband|she|he|head) (?:will|ll|is going to|going to|would|d|s going to) (?:kill|murder) me (?:if|when) i (?:miss|forget|lose|dont|am late|get this|havent|didnt)",
    r"kill me now",
    # "dee" is "do" in Durham: nobody dies a thing
    r"(?:can|could|did|do|dont|to|they|we|you|i) die (?:that|this|anything|something|nothing|it (?:for|on|by|when|if))\b(?! any ?more| no longer| to (?:me|my)self)",
    # young people in general
    r"(?:how many|number of|under \d\ds|over \d\ds|young people|young offenders|teenagers) (?:\w+ ){0,5}locked up\b(?! (?:in|at|by|with) )",
    r"blue murder",
    r"youd think (?:i|we) (?:was|were) (?:hurting|killing|murdering|torturing|strangling|skinning|attacking) (?:him|her|them)",
    r"bang(?:ing|ed)? my head (?:off|against|on)",
    r"suicide by \w+",
    r"beat (?:me|us|him|her) (?:up the (?:hill|bank|stairs|steps|road)|to it)\b",
    r"got (?:burned|burnt|stung) by (?:the|a|that|my) (?:last|previous|old)",
    r"run ragged",
    r"(?:can|could|should|to) do (?:for )?themselves",
    r"are (?:they|we|you) not (?:meant|supposed) to",
    r"(?:dying|dies|died) (?:to|for|of (?:boredom|embarrassment|laughter|curiosity))\b",
    r"dead (?:chuffed|good|canny|proud|end|line|keen|pleased|nice|easy|slow|helpful|kind|worried|annoyed|set|against)",
    r"(?:hit|hits|hitting) (?:a|the|my|his|her|their|our|every|all|that|its|another|rock)? ?(?:\w+ )?(?:wall|walls|roof|targets?|milestones?|deadlines?|limit|cap|ceiling|buffers|headlines?|jackpot|nail|spot|ground|road|goals?|puberty|brick|button|drum|drums|ball|keys|brakes|notes?|trouble|problems?|snags?|marks?)\b",
    r"(?:hit|stung|clobbered|battered|slapped|slammed|whacked|hammered|walloped|clouted|attacked|hurt|harmed|kicked|knocked) (?:\w+ )?(?:with|by) (?:a|an|the|these|those|this|all|more|another|massive|huge|big|cuts|new|budget|funding)? ?(?:\w+ )?(?:\w+ )?(?:bills?|fines?|charges?|cuts|fees?|letters?|tax|costs?|delays?|news|paperwork|invoice|surcharge|forms?|decision|refusal|rejection|closures?|strike|pandemic|covid|lockdown|inflation|prices?|changes|comments?|words|attitude|council)\b",
    r"hit by (?:\w+ )?(?:cuts|delays|strikes|covid|closures|inflation)",
    r"(?:hits?|hitting) (?:it|off|home|him hard|her hard|them hard|us hard|me hard)(?: off)?(?= (?:with|that|when i heard|how)\b)",
    r"(?:it|that|this|news|diagnosis|grief|bereavement|lockdown|covid|transition|loss|death|change|reality|waiting|guilt) (?:really |just |has |all |suddenly |also )*(?:hits?|hit|hurts?|threw|throws|killed|attacks|knocked|kills?|battered|floored) (?:me|him|her|us|them|you|everyone)(?: for six| off|)",
    r"(?:hurt|hurts|hurting) (?:\w+ ){0,2}(?:feelings|pride|chances|progress|wallet)",
    r"hurts? to (?:hold|write|walk|see|watch|hear|say|read)|wouldnt hurt a fly|no harm in|harm (?:his|her|our|my|their) chances|what harm|does it hurt|doesnt hurt to",
    r"beat(?:s|en|ing)? (?:the|this|a|your|that) (?:system|queues?|traffic|clock|bullies|rush|odds|deadline|drum|eggs?|heat|waiting|stigma)",
    r"beat(?:s|en)? (?:me|him|her|us|them) (?:at|to (?:it|the (?:punch|door|finish))|in a (?:race|game|match|quiz))\b(?! (?:night|home|the weekend))|beats me(?= (?:why|how|\.)|$)|beat around|heart beat\w*|off the beaten track|beat myself up|beating myself up",
    r"beat (?:\w+ )?(?:it|level|sunderland|newcastle|record|high score)",
    r"(?:fight|fights|fighting|fought|battle|battling|battled) (?:\w+ )?(?:for|with the|against the|the) (?:\w+ )?\w+",
    r"(?:kicked|kicking|kicks|kick|chucked|thrown|threw|booted) (?:\w+ ){0,3}(?:out|off|start\w*|in from|into touch|up a (?:fuss|stink)) of (?:\w+ )?(?:school|class|nursery|college|lessons?|club|the \w+)",
    r"(?:kicked|chucked|thrown|booted|kick|kicking|throwing|kicks|threw) (?:him |her |them |us |me )?(?:out|off)\b(?! (?:of )?(?:the|a) (?:window|balcony|bed|roof|stairs|bridge|car|wall))",
    r"kick(?:s|ed|ing)? (?:a |the |his |her )?(?:ball|football|start|about|box\w*)\b",
    r"kick(?:s|ed|ing)? (?:off|up|starts?)|kick(?:ed)? (?:him|her|us) into touch",
    r"(?:throws?|threw|throwing|thrown) (?:\w+ )?(?:ball|beanbag|money|party|tantrums?|wobbly|strop|towel|paperwork|a fit|forms?)",
    r"(?:throws?|threw|throwing|thrown) (?:him|her|me|us|them) (?:\w+ )?(?:in at the|a party|under the bus|in the deep)",
    r"knock(?:s|ed|ing)? (?:\w+ )?(?:back|his confidence|her confidence|on the head|on the door|my confidence|points|marks|hours|up a|for six)",
    r"knock(?:s|ed|ing)? (?:him|her|us|me|them) (?:back|off|for six|sideways|down the list)|knock knock|knock on",
    r"(?:cut|cuts|cutting) (?:his|her|their|my|our|the|down|back|off|through|out|corners|costs?|it|into|to|in|up (?:his|her|the|their|food)|with (?:scissors|a knife)|food|paper|shapes|scissors|up|along|round|grass|hair|nails?|funding|support|hours|services?|short|meat|bread|fruit|(?:his|her|their|my) own)\b(?! (?:\w+ ){0,2}(?:arms?|legs?|wrists?|skin|thighs?|body|stomach|self|throat|neck)\b)",
    r"(?:hair ?cuts?|cutting skills|cutting (?:out )?activit\w+|cutting edge|budget cuts|funding cuts|cut and stick)",
    r"(?:puts?|putting|has|claps?|holds?|holding|hands) (?:both )?(?:(?:his|her|their|my) )?hands? (?:over|on|to) (?:his|her|their|my) ears?",
    r"bit(?:e|es|ing)? (?:his|her|their|my) (?:nails|lip|sleeves?|clothes|tongue|fingers|hand|arm|arms|hands|cheeks?|toys?)",
    r"(?:a|little|wee|quite a|every) bit\b|bit of|bit (?:of )?(?:him|her)? ?more",
    r"(?:drags?|dragged|dragging|drag) (?:on|out(?! of)|feet|heels|their|its|through|him out of bed|her out of bed|him to school|her to school)(?: feet| heels)?",
    r"push(?:es|ed|ing)? (?:for|on|back|through(?! (?:a|the) (?:window|door|glass))|forward|ahead|along|boundaries|buttons|limits|towards|harder|himself|herself|to (?:get|apply|do|try|achieve))",
    r"push(?:es|ed|ing)? (?:him|her|them|us|me) (?:too|for|along|to (?:do|try|be|get|achieve|eat|go|learn|work)|in (?:the|his|her) (?:buggy|chair|wheelchair))\b",
    r"pull(?:s|ed|ing)? (?:\w+ )?(?:out of (?:school|class|lessons?)|through|together|aside|along|faces|strings|weight|teeth)\b",
    r"(?:shook|shake|shakes|shaking|shaken) (?:\w+ ){0,2}(?:hands?|head|confidence|awake|up|off|it|with (?:fear|cold|nerves|anxiety))",
    r"burn(?:s|ed|t|ing)? (?!us |me |him |her |them |my |our )(?:\w+ ){0,2}(?:out|cd|calories|energy|toast|bridges|off)|burn ?out|crash and burn",
    r"(?:smash|smashed|smashing|smashes) (?:it|his|her|their|the|all)(?: \w+)? (?:test|tests|exams?|sats|targets?|goals?|phone|assessment)",
    r"choke(?:s|d|ing|)? (?:up|back|drain|risk|hazard)|choking (?:the|risk|hazard|hazards|policy|awareness|training|drain)|risk of choking",
    r"drown(?:ing|ed|s|in)? in (?:\w+ )?(?:paperwork|forms|emails|debt|work|admin|letters|jargon|a)\b|drown(?:s|ing)? (?:him|her|them|us|me|it) out",
    r"stab (?:at|in the dark|in the back|proof)|stabbed in the back|slap in the face|slap on the wrist|slap up|slap bang",
    r"starving (?:\w+ )?(?:of|for) (?:funding|money|cash|resources|support|attention)|starved of",
    r"rap (?:music|song|lyrics|along|battle|night|club)|crap|gift wrap|rap over",
    r"shoot (?:me|us) (?:an|a|over)|shot in the|shoot(?:ing)? (?:hoops|a film|goals?)",
    r"had enough of (?:this|the|all|them|these|school|forms|waiting)(?! life)",
    r"(?:abus\w+|exploit\w*) (?:of )?(?:the|this|his|her|their|our|my|a)? ?(?:\w+ )?(?:budgets?|systems?|trust|power|process|position|funding|rules?|blue badge|parking|loopholes?|disabled bays?|privileges?|money|discretion|authority)",
    r"(?:substance|alcohol|drug|verbal|racist|online) abuse (?:service|services|team|from (?:parents|drivers|passers|strangers)|recovery)|(?:abuse|abusing|abusive) (?:\w+ )?(?:emails?|letters?|phone calls?|language)",
    # an organisation that leaves work undone
    r"neglect\w* (?:by|of|in) (?:the |his |her |our )?(?:council|school|la|authority|system|nhs|duty|duties|senco|paperwork|needs|gardens?|building|playground)",
    r"neglect\w* (?:\w+ ){0,2}(?:paperwork|needs|duty|duties|education|learning|plan|ehcp|forms?|provision|targets?|emails?|work|homework|responsibilit\w+|report|records|maths|reading|speech|garden|building|site|sen|send|review|physio|exercises)",
    r"(?:school|council|la|nhs|authority|senco|local authority|academy|trust|system) (?:\w+ ){0,2}(?:neglect\w*|abandon\w*|fail\w*)(?: (?:him|her|them|us|me|my (?:son|daughter|child|lad|lass|boy|girl)|children|families|kids))?(?= \.|$| (?:by|with|in|on|over|and|when|because|academically|educationally|for)\b)",
    # missing, but not a person
    r"(?:always|often|keeps?|kept|been|is|hes|shes|was|are|were|im|start\w*|end up|not|still|stop|without|also|whats|hate|whos|whose|he|she|they|all|whats) missing (?:out|so|a|an|the|his|her|their|my|our|any|some|too|lots?|loads?|school|lessons?|sessions?|class|work|breaks?|playtime|lunch|pe|maths|english|assembly|appointments?|bits|words|letters|milestones|(?:half|one|two|three|four) (?:\w+ )?(?:a week|of school|lessons?|sessions?|every|each|a day|of his|of her)|things?|something|education|targets?|friends|from (?:the|his|her|this|that|my|our|your|it)\b|every|most|of|speech|ot|physio|gcses?|college|nursery|important|information|key|steps?|person|part|point|home|you|him|me|us)",
    r"missing (?:out|school|lessons?|sessions?|appointments?|his|her|their|a lot|so much|too much|link|links|information|info|page|section|pages|paperwork|documents?|report|form|piece|teeth|tooth|parcel|cat|dog|the|from (?:the|his|her|my|this|your|it) (?:\w+ )?(?:list|register|roll|plan|report|ehcp|draft|website|directory|form|page|minutes|map|letter|file|records?|section|school|lessons?|classroom|set|box|pack))\b",
    r"miss(?:es|ed)? (?:his|her|their|my|the|out|school)\b",
    r"(?:cat|dog|parcel|form|letter|report|email|paperwork|rabbit|budgie|hamster|glasses|hearing aid|splints?|link|file|cheque) (?:\w+ ){0,3}(?:missing|run away|ran away|run off|disappeared|vanished|gone|lost|died|dead|come back|came back|come home|came home)",
    # courses, policies and other reading matter
    r"(?:safeguarding|suicide(?: prevention| awareness)?|self harm(?: awareness| prevention)?|child protection|domestic (?:abuse|violence)(?: awareness)?|prevent|first aid|fgm(?: awareness)?|grooming|county lines|exploitation|abuse|online safety|epipen|seizure|choking|ligature|mental health|disclosures?|forced marriage|bruising|missing(?: child| children| from care| from education)?|restraint|sexual (?:abuse|harm|health))(?: and \w+| or \w+)? (?:\w+ )?(?:training|trainings|course|courses|policy|policies|procedures?|protocol|workshop|webinar|module|awareness|certificate|refresher|leaflets?|poster|display|assembly|lessons?|governor|leads?|board|partnership|week|statistics|stats|strategy|guidance|template|officer|link|legislation|act|handbook|newsletter|level (?:one|two|three|[0-9])|audit|statement|code|team|film|squad|qualification|research|conference|museum|essay|assignment|dissertation|campaign|sessions?|talk)\b",
    r"(?:training|course|policy|policies|workshop|webinar|lesson|refresher|leaflets?|essay|assignment|book|film|documentary|research|guidance|refreshers?|inset|talk|session|qualification|poster) (?:\w+ ){0,3}(?:on|about|in|for|around) (?:\w+ ){0,3}(?:safeguarding|suicide|self harm|abuse|child protection|bereavement|fgm|female genital mutilation|county lines|exploitation|neglect|grooming|seizures?|first aid|choking|domestic violence|disclosures?|forced marriage|overdose)\w*",
    r"what (?:is|does|do) (?:\w+ )?(?:safeguarding|fgm|county lines|coercive control) (?:policy|mean|stand|officer)?",
    r"(?:dbs|data|document|documents|information|financial|non) disclosures?|disclosures? (?:of|and barring|log|form|service|barring|scotland|from the council|in tribunal|letter)",
    r"disclos\w+ (?:that )?(?:his|her|their|my|our|a|an|about|any|the|he has|she has|to)? ?(?:\w+ )?(?:diagnos\w+|disabilit\w+|condition|autis\w+|adhd|dyslexia|need|needs|sen|send|medical|pregnan\w+|documents?|information|evidence|emails?|reports?|income|assets|employer)",
    r"allegations? of (?:plagiarism|cheating|fraud|bias)",
    # a fine or a hearing that is threatened; harm that somebody wants to prevent; a strained back
    r"threaten\w* (?:me |us |him |her |them )?(?:with|to) (?:a |the |take (?:me|us) to )?(?:fines?|fine (?:me|us)|court|prosecut\w+|legal action|exclu\w+|expel\w*|suspen\w+)",
    r"(?:so|so that|sure|that|without|before) (?:nobody|no one|no child|none of (?:us|them)|anyone|anybody|someone) (?:else )?(?:gets?|getting|is|being) (?:hurt|injured)",
    r"(?:hurt|hurts|hurting|done|knackered|strained) (?:his|her|my|their) back\b",
    # the body and the house, in ordinary use
    r"(?:keeps? (?:falling|tripping|bumping|banging)|always (?:falling|tripping|bumping|banging)|falls (?:over|a lot|all the time)|unsteady|clumsy|legs give way)(?: \w+){0,14} bruis\w+(?! (?:on (?:his|her) (?:neck|thighs?|bottom|bum|back|face)|shaped|like (?:fingers|a hand|hands)))",
    r"(?:trouble|difficult\w*|struggl\w+|cant|problems?|hard|refus\w+|wont|unable|hates|unsafe|safe)(?: \w+)? swallow(?:ing)?(?! (?:a|some|something))|black and blue (?:from|after) (?:rugby|football|judo|netball|falling|tumbling|(?:his|her) (?:falls|tumbles|bike|splints|trampoline))",
    r"bruis\w+ (?:easily|like a peach|ego)|(?:bruises|bruise|bruising|bruised) (?:\w+ ){0,6}(?:from|because|through|due to|walking|when he|when she) (?:\w+ ){0,4}(?:fall\w*|fell|bump\w*|trip\w*|clums\w*|walk\w*|football|rugby|dyspraxi\w*|furniture|coordination|balance|run\w*|climb\w*|banging|knocking|bike|scooter)",
    r"(?:bumps|scrapes|cuts|scratches) and (?:bruises|scrapes)|bruis\w+ (?:\w+ ){0,4}(?:clumsy|dyspraxi\w*|bumps into|falls over|no sense of)",
    r"knives? and forks?|knife skills|(?:use|using|hold|holding|uses|manage|managing|holds) (?:a |his |her )?(?:knife|scissors|cutlery)",
    r"(?:breathing|breathe) (?:exercises?|techniques?|space|better)|catch my breathe|waste (?:of|my) breathe|hold (?:my|your) breathe|room to breathe|space to breathe|time to breathe|breathe down",
    r"(?:dog|pet|hair|personal|horse) groom\w*|groom(?:ing|ed)? (?:and hygiene|skills|routine|himself|herself|parlour|salon|dog)",
    r"sex (?:education|ed|and relationships?|offender register)|same sex|opposite sex|what sex|single sex|sexual health|sexuality",
    r"(?:collapse\w*|breakdown|broke down|broken down|break down) (?:of|in|the)|(?:placement|package|deal|funding|building|tent|buggy|provision|chair|wheelchair) (?:\w+ ){0,2}(?:collapse\w*|broke\w*)",
    r"(?:fitting|fitted) (?:room|rooms|in|into|a|the|out|of|with|kitchen|rails?|grab|hoist)|fit (?:bit|in|for|into|the|and (?:healthy|well|active)|fella|with)|keep fit|better fit|having a fit (?:about|over|because)",
    r"(?:go|goes|going|went|send|come|comes) to (?:the )?(?:refuge) (?:cafe|visitor)",
    r"end (?:it|things|this|the \w+) (?:with|at|on|by) (?:the|school|a)\b",
    r"(?:never|dont|doesnt|wont|didnt|not) (?:\w+ )?(?:get|gets|got) back to (?:me|us)",
    # things that are said to hurt: a form, a queue, the weather
    r"(?:be|been) the death of (?:me|us)",
    r"(?:homework|maths|spellings|forms?|waiting|wait|queues?|paperwork|process|traffic|school run|admin|meetings?|weather|hold music|phone lines?|assembly|pe) (?:(?:is|are|was|s|be|like|been|feels like|just|pure|literally|sheer) ){0,3}(?:child abuse|abuse|torture|a killer|cruelty|hell)",
    r"suicide inducing\w*|(?:social|career|political|commercial) suicide",
    r"lost the will to live (?:with|over|on hold|on page|waiting|filling|trying|reading|listening|ringing|halfway)(?= (?:\w+ ){0,6}(?:phone|queue|forms?|hold|paperwork|page|council|website|line|call|portal|music|email|guidance|plan)\b)",
    r"(?:throw|chuck|lob|hurl|launch) (?:the|this|my|that) (?:laptop|phone|computer|printer|forms?|tablet|ipad|paperwork|router|kettle|telly) (?:\w+ )?out (?:of )?the window",
    r"attacked (?:on|in|by) (?:facebook|twitter|social media|the comments|the press|the papers|trolls|whatsapp|email|a parents group)",
    r"hit a bit of (?:a|trouble)|(?:hit|knocked|bumped|clipped|struck) (?:\w+ )?(?:with|by) (?:a|the) (?:\w+ )?(?:ball|football|frisbee|swing|shuttlecock|snowball|goalpost)",
    r"(?:get|getting|got|keep|kept|stay|staying) in touch(?! with (?:a |an |some |this )?(?:older |grown )?(?:man|men|stranger|bloke|lad|people|person|adult|guy|boy|him|them)\b)",
    r"f[ea]ll(?:en)? out with|deals? with|dealt with|dealing with|(?:hi|high) (?:needs|school|court|time|functioning|street|chair|level|cost)|too high",
    r"shut down|shut to (?:us|me|him|her|them|families|everyone|new)|it (?:will|would|might|could|may|wont|wouldnt) hurt (?:him|her|them|me)\b",
    r"let me (?:near|brush|clean|cut|wash|comb|touch|do|see|look at|help with) (?:his|her|their) (?:teeth|hair|nails|ears|feet|face|mouth|book|homework|plan|splints|eyes)",
    r"(?:would|will|who|nobody|no one) (?:\w+ )?(?:notice|mind) if (?:he|she|they|i) (?:needed|needs|had|have|was (?:struggling|behind|late)|is (?:struggling|behind|late)|fell behind|came|joined|brought)",
    # ages and habits that sound like leaving
    r"(?:hes|shes|is|s|has|lads|daughters|sons|just) (?:only )?just (?:gone|turned) (?:[0-9]+|[a-z]+teen|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty)(?! (?:min|hour|day|oclock|pm|am))",
    r"gone (?:quiet|shy|downhill|backwards|up a (?:year|size)|into (?:year|reception|secondary|nursery|y\w*)|from strength)",
    r"(?:inspectors?|visitors|workmen|guests|builders|ofsted|cqc) (?:have |has )?gone (?:home|away)",
    r"seen (?:the|a|an|any|our|his|her) (?:nurse|doctor|gp|therapist|health visitor|hv|ot|physio|paediatrician|specialist|midwife|social worker|senco|ep|consultant|dentist|ed psych|family worker)",
    r"(?:out|time off|leave|off school|a day off) (?:of school )?for (?:a|my \w+|our|his|her (?:aunts|uncles|cousins|sisters|brothers)) wedding",
    r"get (?:him|her|them) up (?:and out|in (?:the morning|time)|for (?:school|college|nursery)|the stairs|out of bed|on time|of a morning)",
    r"pick(?:s|ing)? (?:at )?(?:\w+ )?(?:scabs|nails|skin|spots) (?:when|if) (?:\w+ )?(?:bored|nervous|watching|reading|anxious|concentrating)",
    r"(?:cant|unable to|struggl\w+ to|wont|hates? to|doesnt|refus\w+ to) swallow (?:a |his |her |any |the )?(?:tablets?|pills?|capsules?|medicine|meds?)",
    r"(?:noise|noises|rain|wind|light|lights|sun|hair|labels?|clothes|socks|shoes|brushing|hand ?dryer|music|bells?|water|seams|smells?) (?:really )?hurts? (?:him|her|me|them|his \w+|her \w+)",
    r"(?:gives?|gave|giving) (?:\w+ ){0,2}(?:sweets|lunch|crisps|snacks|cake|dinner money|pudding) away",
    r"(?:drop|dropp|pick|take|bring|send)\w* (?:him|her|them|it) (?:off|up) (?:myself|himself|herself)",
    r"(?:eats?|ate|eating) like (?:\w+ )?starv\w*|(?:battered|hammered|hit|beaten|drowned|soaked) by the (?:rain|wind|weather|storm|heat|cold|snow)",
    r"(?:work|works|working|worked|volunteer\w*) (?:in|at|for) (?:a |the )?(?:womens )?(?:refuge|aid)",
    r"jump(?:s|ed|ing)? (?:off|on|up|down|to the top of) (?:the |a |his |her |our )?(?:waiting |\w+ )?(?:lists?|queue|bandwagon)",
    # play, sport and what they leave behind
    r"(?:got|get|gets|was|were|been) (?:\w+ )?(?:beat|beaten|hammered|thrashed|battered|stuffed|slaughtered) (?:in|at) (?:the |a |his |her |our )?(?:\w+ )?(?:race|match|game|final|cup|quiz|league|fifa|football|tennis|chess|sports day)",
    r"(?:black eye|bruis\w+|fat lip|split lip|nose ?bleed|broken \w+|broke (?:his|her|my) \w+) (?:from|off|at|by|playing|doing) (?:a |the |his |her |playing )?(?:\w+ )?(?:ball|football|bike|trampoline|scooter|skateboard|rugby|slide|swing|climbing frame|pe|netball|hockey|judo|cricket|bouncy castle)",
    r"(?:suicide|mental health) first aid\w*",
    r"gone from the (?:\w+ )?(?:list|register|website|plan|system|directory)|disappear\w* in(?:to)? (?:his|her|a|the) (?:\w+ )?(?:phone|ipad|game|games|book|books|world|xbox|tablet|bubble|shell)",
    r"hold of (?:his|her|their|my|our|the|a|any|your) (?:\w+ )?(?:driver|teacher|ta|senco|social worker|gp|doctor|worker|therapist|ot|nurse|school|caseworker|consultant|office|plan|report|records?|team)",
    r"shoot (?:himself|herself|myself) if (?:he|she|i) (?:hears?|sees? another|watch\w*)",
    # "dee" is read as "die": "what is the council going to dee about it"
    r"what\w* (?:\w+ ){0,6}(?:going to |to |they |you |we )die(?= (?:for|about|aboot|with|next|if|when|noo)\b)|(?:^|(?<=like )|(?<=how ))die(?= (?:they|you|we|i) )",
)
_PHRASES = re.compile(rf"\b(?:{'|'.join(_CALM_PHRASES)})(?![a-z0-9])")


# --- kinds: calm beside other words ------------------------------------------------------------------------


class CalmKind(NamedTuple):
    """A phrase that is calm in a message with certain other words.

    `pattern` is taken out where each of `beside` is in the message and `unless` is not.
    """

    name: str
    pattern: re.Pattern[str]
    beside: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str]


def _kind(name: str, pattern: str, *beside: str, unless: str = _DANGER) -> CalmKind:
    """Compile a kind; each pattern starts at a word."""
    return CalmKind(
        name,
        re.compile(rf"\b(?:{pattern})(?![a-z0-9])"),
        tuple(re.compile(rf"\b(?:{each})") for each in beside),
        re.compile(unless),
    )


# Up to `most` words none of which says that somebody does or tells something.
def _plain_gap(most: int) -> str:
    return rf"(?:(?!(?:he|she|i|me|my|our|his|her|him|hes|shes|im|ive|who|says|said|they|theyre|we) )[a-z0-9]+ ){{0,{most}}}"


_READING = (
    r"(?:train|trains|trained|training|courses?|polic(?:y|ies)|procedures?|workshops?|webinars?|lessons?|refreshers?|leaflets?|"
    r"essay|assignment|dissertation|books?|films?|documentary|research|statistics|stats|figures|guidance|inset|talks?|"
    r"speakers?|sessions?|qualification|posters?|resources|modules?|webinars?|podcasts?|meaning|template|definition|legislation|law|rules|briefing|awareness)"
)
_TOPIC = (
    r"(?:safeguarding|suicide|suicidal|self (?:harm|injur)\w*|significant harm|disclosing|abuse|child protection|bereavement|fgm|county lines|(?:child |criminal |"
    r"sexual )?exploitation|neglect|grooming|seizures?|choking|domestic (?:violence|abuse)|violence|disclosures?|"
    r"forced marriage|overdoses?|sexting|knife crime|radicalisation|restraint|harm|home alone|left alone|missing children)"
)
_HER_OWN = r"\b(?:my|our|wor|his|her) (?:\w+ )?(?:sons?|daughters?|lads?|lass|child|girl|boy|kids?|bairns?|dad|mam|mum|husband|partner) (?:is|s|has|does|did|started|keeps|been|was|self|wants|says|said)\b|\b(?:i|he|she|ive|hes|shes) (?:am |is |have |has |was |keeps? |started |been )*(?:self harm\w*|cut|cutting|abused|groomed|suicidal|neglected)\b"
_MILD_FAULT = (
    r"(?:lost|lose|losing|late|forgets?|forgot|forgotten|miss|missed|missing|spill\w*|fail|failed|havent (?:done|sent|filled|"
    r"finished|handed)|didnt (?:do|send|fill|finish|hand|get)|dont (?:do|send|fill|finish|hand|get)|form|homework|deadline|"
    r"bus pass|essay|coursework|detention|exam|test|lol|haha|jk)\b"
)
_THREAT_IN_JEST = r"(?:will|ll|is going to|are going to|going to|s going to|would|d|wants to) (?:actually |literally |absolutely |honestly |deffo |proper )?(?:kill|murder|shoot|strangle|throttle|skin|batter|string|lynch) (?:me|us)(?: up| alive)?"
_NOT_IN_JEST = (
    r"\b(?:hits?|hit|beats?|hurt\w*|scared|frightened|afraid|terrified|belt\w*|punch\w*|slap\w*|kick\w*|bruis\w*|tell|tells|told|"
    r"knife|serious\w*|not joking|means? it|threat\w*|drunk|locked|run away|ran away|go home|last time|really will)\b"
)
_HANDLING = (
    r"(?:lift(?:s|ed|ing)?|hoists?|moving and handling|manual handling|transfers?|transferring|sling|standing frame|"
    r"walking frame|off the floor|splints?|stretches|equipment)\b"
)
_SHOWN_HOW = r"(?:train\w*|teach\w*|taught|shown?|show|learn\w*|lernt|instructions?|how to|who tells)\b"
_IN_CUSTODY = (
    r"(?:custody|prison|jail|young offenders?|yoi|secure (?:unit|home|centre|estate)|officers|sentenced?|remand\w*|court|"
    r"inside|sectioned|that unit|the unit|cells?)\b|(?:what happens|does|do|will|has (?:he|she) lost|still|lose|keep|stop|stops) "
    r"(?:\w+ ){0,6}(?:plan|ehcp|ehc)\b|(?:plan|ehcp|ehc) (?:\w+ ){0,4}(?:stop|stops|carry|end|ends|lost|continue)\b"
)
_AT_HOME = (
    r"\b(?:room|bedroom|cupboard|shed|garage|cellar|house|bathroom|toilet|loft|attic|car|dads?|mams?|mums?|stepdad|"
    r"step dad|stepmum|carers?|husband|partner|boyfriend|ex|uncle|aunt|school|teachers?|tas?|class\w*|me up|me in|all night|"
    r"at night|hit|hits|hurt|touch\w*|food|hungry)\b"
)
_HEAD_ON = r"head (?:on|off|against|into) (?:the |his |her |a |my )?(?:pillows?|floor|walls?|sofa|settee|cot|bed|headboard|table|desk|window|seat|headrest|mattress|chair|door)"

KINDS = (
    # Somebody mild will be cross about something mild.
    _kind(
        "a telling-off",
        rf"(?:mam|mum|mother|wife|missus|nana|nan|gran|sister|lass)s? ?{_THREAT_IN_JEST}",
        _MILD_FAULT,
        unless=_NOT_IN_JEST,
    ),
    _kind(
        "a telling-off",
        rf"(?:boss|manager|head|teacher|tutor|coach|senco|lecturer|supervisor|landlord)s? ?{_THREAT_IN_JEST}",
        unless=_NOT_IN_JEST,
    ),
    # Courses, policies, laws and figures on dangers.
    _kind(
        "reading about it",
        rf"{_READING} {_plain_gap(3)}(?:on|about|in|for|around|from|against|covering|of) {_plain_gap(5)}{_TOPIC}",
        unless=_HER_OWN,
    ),
    _kind(
        "reading about it",
        rf"(?:does|do|is|are|can) (?:the |a |an |his |her )?(?:plan|ehcp|policy|strategy|document|guide) (?:cover|include|mention|say)\w* (?:about )?(?:\w+ )?{_TOPIC}",
        unless=_HER_OWN,
    ),
    _kind(
        "reading about it",
        rf"{_TOPIC} (?:charit\w+|services?|workers?|advisers?|sector|organisations?|sub ?teams?|teams?)",
        r"(?:volunteer\w*|donat\w+|job|jobs|work (?:for|in|at)|leaflets?|fundrais\w*|speakers?|contacts? list|for (?:staff|professionals|our))\b",
        unless=_HER_OWN,
    ),
    _kind(
        "those who were abused as children",
        r"(?:adults?|people|those|survivors|grown ups) (?:who|that) (?:were|was|have been|had been) (?:abused|neglected|hurt|groomed)(?: as (?:kids|children|a child)| when (?:they were )?(?:young|kids|children|little))?",
        r"(?:charit\w+|groups?|support|helpline|help|service|book)\b",
        unless=_HER_OWN,
    ),
    # Behind bars, and what becomes of the plan.
    _kind(
        "in custody",
        r"(?:lock(?:ed|s)?|locking|shut|banged) (?:\w+ ){0,3}?(?:up|away)",
        _IN_CUSTODY,
        unless=_AT_HOME,
    ),
    _kind(
        "children who were neglected, in general",
        r"if (?:they|a child|children|kids) (?:were|was|have been|had been|has been) (?:abused|neglected|hurt|harmed)",
        r"(?:adopt\w+|adoption|in care|looked after|fostered|previously)\b",
        unless=_HER_OWN,
    ),
    # Lifting and moving somebody without having been shown how.
    _kind(
        "moving and handling",
        r"(?:drag|drags|dragged|dragging|pull|pulls|pulled|pulling|haul\w*)",
        _HANDLING,
        _SHOWN_HOW,
        unless=r"\b(?:on purpose|deliberately|slap\w*|hits?|punish\w*|bruis\w*|swear\w*|shout\w*|throat|neck|hair|skin|stitches|scream\w*|temper|snap\w*|"
        r"angry|cope|threat\w*|across|wont tell|secret|dad|uncle|stepdad|partner|husband|boyfriend|drunk|touch(?:es|ed))\b",
    ),
    _kind(
        "moving and handling",
        r"(?:scared|afraid|worried|frightened|nervous|terrified) (?:of|about|i might|i may|ill|that i (?:might|will|could)) (?:\w+ )?hurt(?:ing)? (?:him|her|them)",
        _HANDLING,
        _SHOWN_HOW,
        unless=r"\b(?:on purpose|slap\w*|hits?|shak\w+|scream\w*|temper|snap\w*|angry|cope|lose it|losing|crying|tonight)\b",
    ),
    # A child who bangs the own head to get to sleep or for the feeling, unharmed.
    _kind(
        "banging the own head",
        rf"(?:bang|bangs|banging|hits|knocks|bump|bumps) (?:his|her) (?:own )?{_HEAD_ON}",
        r"(?:sensory|sleep\w*|loud|noise|noisy|tired|excited|bored|frustrat\w*|meltdowns?|stimming|autis\w*|normal)\b",
        unless=r"\b(?:until|till|til|bleed\w*|blood|bruis\w*|lumps?|black eye|dad|dads|stepdad|partner|husband|boyfriend|uncle|brother|teacher|ta|carer|"
        r"staff|sick|vomit\w*|concuss\w*|unconscious|hospital)\b",
    ),
    # A grandparent or parent who asks for a rest, in so many words, and says nothing of despair.
    _kind(
        "wants a rest",
        r"(?:i|we) (?:really |just )?(?:cant|can not) do it any ?more",
        r"(?:respite|short breaks?|(?:a|some|us all a|of a) (?:rest|break)|day off|sitters?|getting back in|get back in)\b",
        unless=_DANGER
        + r"|\b(?:life|hurt|harm|kill|hopeless|disappear|leave (?:him|her|them)|breaking point|end it|go on|given up|point)\b",
    ),
    # A condition long known and watched.
    _kind(
        "a known condition",
        r"stops? breathing|head injury|rescue med\w*",
        r"(?:since birth|we know what to do|train\w*|polic(?:y|ies)|protocol|prescri\w*|out of date|expired|review|all healed)\b",
        unless=r"\b(?:right now|just (?:now|stopped|had)|blue|still|wont|999|ambulance|help please|please help|tonight|this morning|not coming round)\b",
    ),
    _kind(
        "an illness of long ago",
        r"(?:(?:nearly |almost )?drowned|had an? (?:\w+ )?(?:reaction|fit|seizure|stroke|head injury)|stopp?(?:ed|s) breathing|swallowed an? \w+|collapsed|choked)(?: \w+){0,7}? "
        r"(?:as a (?:baby|toddler|newborn)|when (?:he|she) was (?:a |born|little|small|tiny|[0-9])\w*|years ago|in the first (?:month|year|weeks)|at birth|once and)",
        unless=r"\b(?:again|right now|just (?:now|stopped|had)|blue|999|ambulance|help please|please help|tonight|this morning|today|not coming round|still)\b",
    ),
    # A wait for somebody from a service.
    _kind(
        "not seen by a service",
        r"(?:no one|nobody|noone) (?:has |s |have )?(?:seen|been to see) (?:him|her|us|them) yet",
        unless=r"\b(?:ran|run|gone|missing|home|lost|left|bolted|out|wandered|night|police)\b",
    ),
    # A skin that itches.
    _kind(
        "itching skin",
        r"(?:scratch\w*|pick\w*|claw\w*) (?:\w+ ){0,6}(?:raw|bleeds?|blood)",
        r"(?:eczema|psoriasis|nits|chicken ?pox|allerg\w+|itch\w*|insect bites?)\b",
        unless=r"\b(?:on purpose|deserves?|hates? (?:him|her|my)|punish\w*|self harm\w*|blade|upset|wont stop|off|started|arms|wrists|thighs|feel better)\b",
    ),
    # A clumsy child's shins.
    _kind(
        "bumps into things",
        r"(?:bruis\w+|bumps|lumps)(?: (?:on|all over|up|down) (?:his|her) (?:\w+ )?(?:shins?|knees?|legs?|elbows?|forehead|hips?))?",
        r"(?:bumps?|bumping|walks?|walking|crash\w*|trips?|tripping|falls?|falling) (?:in ?to|over|off|up) (?:doors?|things|furniture|walls?|tables?|his own feet|her own feet|everything|kerbs)\b",
        unless=r"\b(?:says?|said|told|claims?|dad|mam|mum|stepdad|partner|carer|staff|uncle|neck|thighs?|bottom|bum|back|face|fingers?|shaped|unexplained)\b",
    ),
    _kind(
        "bruises of a condition",
        r"bruis(?:e|es|ed|ing)",
        r"(?:birth ?marks?|mongolian|blue spots?|haemophilia|clotting|blood disorder|platelets|itp|leukaemia|steroids|brittle bones)\b",
        unless=r"\b(?:says?|said|told|claims?|dad|stepdad|partner|boyfriend|carer|staff|uncle|neck|thighs?|bottom|bum|face|fingers?|shaped|unexplained|new|fresh)\b",
    ),
    _kind(
        "old scars",
        r"scars? (?:on|from|down|across|over) (?:(?:his|her|the|a|an) )?(?:\w+ )?(?:arms?|legs?|chest|face|back|stomach|tummy|op|operation|surgery)|(?:got |was |were )?(?:burnt|burned|scalded) (?:by|with|on)(?: \w+){0,2}",
        r"(?:op|operation|surgery|accident|as a (?:baby|toddler)|when (?:he|she) was (?:a baby|a toddler|little|small|born|[0-9]))\b",
        unless=r"\b(?:cuts?|cutting|fresh|new|self|blade|on purpose|again|hid\w*|dad|stepdad|partner|boyfriend|carer|uncle|told|says?|said|today|tonight|this morning)\b",
    ),
    # What very young children do to each other.
    _kind(
        "a scrap at nursery",
        r"(?:a|another|some|one) (?:\w+ )?(?:girl|boy|child|kid|lad|lass|bairn|toddler) (?:\w+ ){0,3}(?:bit|bites|pushed|pinched|scratched|pushes|pulled)",
        r"(?:nursery|reception|playgroup|toddlers?|pre ?school|childminders?)\b",
        unless=_DANGER,
    ),
    _kind(
        "a scrap with a brother, sister or cousin",
        r"(?:he|she|hes|shes) (?:\w+ ){0,2}(?:nips?|nipping|pinch(?:es|ing)?|pokes?|poking|shoves?|nudges?|bites?|prods?|flicks?|pushes|scratches) (?:his|her|the) "
        r"(?:\w+ )?(?:cousins?|brothers?|sisters?|toddler|twin)",
        unless=_DANGER + r"|\b(?:dad|mam|mum|uncle|stepdad|carer|stairs|hard|bleed\w*|every day|baby)\b",
    ),
    # Staff notes that rule danger out.
    _kind(
        "ruled out",
        r"den(?:y|ies|ied) (?:any |having |current |all )?(?:thoughts |plans |intent |intention )?(?:of |to )?(?:self harm\w*|suicid\w*(?: ideation| thoughts)?|si|dsh)(?: (?:or|and) (?:self harm\w*|suicid\w*(?: ideation| thoughts)?))?",
        unless=r"\b(?:but|however|though|although|yet|scars?|cuts?|marks?|found|blade|previous\w*|history|hx|overdose|concern\w*|worried)\b",
    ),
)

# --- whole messages -----------------------------------------------------------------------------------------

_LONG_AGO = re.compile(
    r"\b(?:years? (?:ago|back|before)|(?:a couple of|many|some|[a-z0-9]+) years (?:ago|back|since)|long ago|ages ago|as a (?:baby|toddler|bairn)|"
    r"born (?:at|early|prem\w*)|in the first (?:month|year|weeks)|at birth|when (?:he|she|they|i|we) (?:was|were) (?:[0-9]|1[0-9]|a baby|a toddler|little|small|tiny|born|young\w*|in (?:y\w* ?[0-9]+|primary|nursery|reception))\b|"
    r"before (?:we|i|he|she|they) (?:\w+ )?(?:adopted|fostered|came to (?:us|me|live)|moved in|got)|in (?:19|20)[0-9]{2}|"
    r"(?:he|she|i|we|they) used to\b|used to be|once in|last year|at (?:his|her|the|my) old (?:school|nursery)|"
    r"at (?:1[0-9]|[3-9]) (?:is|was|and|but)\b)"
)
_SETTLED = re.compile(
    r"\b(?:settled|thriving|doing (?:great|well|brilliant\w*|grand|fine|canny|ok)|dealt with|all (?:fine|good|healed|sorted|well|behind us|over|okay|ok)|"
    r"alls well|long over|over and done|fine (?:now|since|again)|(?:shes|hes|is|im|are|were|theyre) (?:grand|canny|fine|happy|safe|well|better|ok|great|good) (?:now|since|and)|"
    r"(?:better|happy|safe|fine|grand|canny|well|sorted) (?:now|these days|since)|none since|nothing since|never since|not since|"
    r"with us (?:for )?(?:[0-9]+|two|three|four|five|six|seven|eight|nine|ten|many|some) years|closed (?:in|now|years|long)|recovered|full health|got better|put (?:it )?behind (?:us|her|him|me)|that (?:lad|girl|boy|man|teacher|carer) has left|"
    r"loving (?:it|life)|has been (?:fine|great|good|well) since)\b"
)
_AGAIN = re.compile(
    r"\b(?:again|still|last night|tonight|today|yesterday|this (?:week|morning|month|weekend|afternoon)|recently|lately|"
    r"(?:but|and) (?:now|then)|just (?:found|told|said|disclosed)|started|keeps|scared|frightened|terrified|afraid|flinch\w*|disclos\w*|"
    r"told (?:me|us|her|him)|worried|touch(?:ed|es)|rap(?:ed|ist)|sexual\w*|molest\w*|secret|threat\w*|he is back|hes back|shes back|gets out|come back|found out|contact\w*|want to die|suicidal|help me|wont stop|cant stop)\b"
)
_AT_PRESENT = re.compile(
    r"\b(?:hits|hurts|beats|slaps|smacks|kicks|punches|touches|locks|threatens|grabs|drags|throws|comes|makes|wants?|dont|doesnt|cant|is|are|"
    r"im|hes|shes|theyre|(?!being|during|nothing|something|harming)[a-z]+ing)\b"
)
_WENT_OFF = re.compile(
    r"\b(?:ran|run|runs|bolt\w*|abscond\w*|missing|wander\w*|lost|escap\w*|legged|dash\w*|slip\w*|disappear\w*|hiding|hid|eloped|left class|out of class)\b"
)
_SOON_AFTER = 80  # letters
_BACK_SAFE = re.compile(
    r"\b(?:straight back|back in (?:line|class|the line|minutes|seconds|no time|(?:his|her) seat)|"
    r"(?:fetched|brought|got|walked|led) (?:him|her|them) (?:straight |safely |right )?back|"
    r"(?:came|comes|come|ran|walked|was|is|were) (?:straight |right |safely |safe |safe and )back|"
    r"back (?:within|inside|after) (?:\w+ )?(?:minutes?|seconds|moments)|returned (?:within|after|safe\w*|by (?:staff|himself|herself)|unhurt|calm\w*|on (?:his|her) own)|"
    r"found (?:him |her )?(?:in|by|at|hiding|asleep)|found (?:safe|quickly|straight away|within)|safe and sound|none since|not (?:done it|happened) since|no repeat|"
    r"put (?:a |up )?(?:\w+ )?(?:gate|fence|lock)s? (?:in|on|up)|is indoors)\b"
)
_AWAY_NOW = re.compile(
    r"\b(?:again|tonight|this time|still (?:missing|out|gone|not)|hasnt|havent|not (?:home|come|returned|located|found|seen)|cant find|"
    r"missing now|gone now|wont say|police|hurt (?!un)|river|road|train|man|flat|stranger|drunk|naked|every day|keeps)\b"
)


def without_calm_phrases(plain_text: str) -> str:
    """Return a plain text with each calm phrase, and each phrase of a calm kind, replaced by a sign."""
    rest = _PHRASES.sub(_MASK, plain_text)
    for kind in KINDS:
        if (
            kind.pattern.search(rest)
            and all(each.search(plain_text) for each in kind.beside)
            and not kind.unless.search(rest)
        ):
            rest = kind.pattern.sub(_MASK, rest)
    return rest


def is_settled(plain_text: str, start: int = 0, end: int | None = None) -> bool:
    """Tell whether what stands between `start` and `end` of a plain text is told as long past, with all well now.

    Its own sentence must say that it is past; what is done at present is never settled.
    """
    if not _SETTLED.search(plain_text) or _AGAIN.search(plain_text):
        return False
    if end is None:
        return bool(_LONG_AGO.search(plain_text))
    sentence_start, sentence_end = _sentence_around(plain_text, start, end)
    told = plain_text[start:end]
    return bool(_LONG_AGO.search(plain_text, sentence_start, sentence_end)) and not _AT_PRESENT.search(told)


def is_back_safe(plain_text: str, start: int = 0, end: int | None = None) -> bool:
    """Tell whether somebody who ran off, as told between `start` and `end` of a plain text, came back at once.

    The sentence itself or what follows it soon must say so.
    """
    if _AWAY_NOW.search(plain_text):
        return False
    if end is None:
        return bool(_BACK_SAFE.search(plain_text) and _WENT_OFF.search(plain_text))
    sentence_start, sentence_end = _sentence_around(plain_text, start, end)
    return bool(_BACK_SAFE.search(plain_text, sentence_start, sentence_end + _SOON_AFTER))


def _sentence_around(plain_text: str, start: int, end: int) -> tuple[int, int]:
    after = plain_text.find(" . ", max(start, end - 2))  # the match may end with the full stop
    return max(plain_text.rfind(" . ", 0, start), 0), after if after >= 0 else len(plain_text)


# --- kinds of a whole message: a mere likeness to urgent examples is not enough beside them -------------------

_WORSE = _DANGER + (
    r"|\b(?:swing for|hurts? me|hit (?:him|her)|shake|shook|wont (?:tell|say|talk)|crying|cries|worried|(?:hits?|bites?|attacks?|"
    r"lash\w* out at|pinch\w*|throws? \w+ at) (?:me|us|his|her|my|our|the baby)|broke|hospital|stitches|black eye|every night (?:he|my dad)|"
    r"lodger|uncle|stepdad|step dad|boyfriend|stranger|online|man|men|bloke|naked|missing (?!his|her|their|my)|ran away|not (?:seen|home|come)|"
    r"thin|underweight|weight|vomit\w*|bins?|alone|own all|given? (?:up|away)|no food|wants? to go)\b"
)
_WORSE_WORDS = re.compile(_WORSE)
_ABOUT_SOMEBODY = (
    r"\b(?:i|im|ive|my|me|our|us|we|he|she|his|her|him|hes|shes|wor|neighbours?|next door|someone|somebody|a pupil|one of|"
    r"dads?|mams?|mums?|stepdad|uncle|tell|tells|told|hits?|hitting|hurt\w*|abus\w*|cutting|self harm\w*|now)\b"
)
_ASKS = r"(?:who|what|whats|how|where|which|when|is|are|do|does|can|could|should|any|just|only)\b"
_OWN_CHILD = r"(?:my|our|wor) (?:[a-z0-9]+ ){0,3}?(?:sons?|daughters?|lads?|lass|boys?|girls?|child|bairns?|toddler|kids?|twins?|little one|grandson|granddaughter|year old)"

_WHOLE_KINDS = (
    _kind(
        "danger denied",
        r"(?:isnt|not|aint|never|wasnt|doesnt|dont|hasnt|havent|nobody (?:is|has)|no one (?:is|has)|nothing) (?:\w+ ){0,3}(?:suicidal|abused|"
        r"hurt|hurts|hit|smacked|hurting|self harm\w*|harmed|neglected|bullied|bullying|danger|at risk|emergency|violent|unsafe|run off|attacked|"
        r"happened at home)",
        rf"{_ASKS}|but (?:other|people|everyone|everybody|my mam|the school) (?:\w+ )?(?:says?|thinks?|reckons?)\b",
        unless=_WORSE
        + r"|\b(?:but (?!(?:other|people|everyone|everybody|my|the|some)\b)|until|before|nearly|almost|anymore|any more|quiet|however)\b",
    ),
    _kind(
        "a figure of speech",
        r"(?:be|been) the death of (?:me|us)|chok(?:e|es|ed|ing) up|up the wall|round the (?:bend|twist)|(?:driv|send)\w* (?:me|us) (?:mad|crazy|insane|"
        r"potty|bonkers|barmy|doolally)|(?:get|catch) (?:me|my|our) breathe(?: back)?|(?:tear|pull|rip)\w* (?:my|me|our) hair out|doing (?:my|me) head in",
        unless=_WORSE,
    ),
    _kind(
        "misses somebody",
        r"missing (?:his|her|their|my) (?:\w+ )?(?:teaching|teachers?|ta|friends?|mates?|nana|grandad|class|school|key ?worker|one to one|brother|sister)",
        unless=_WORSE,
    ),
    _kind(
        "a move in care",
        r"(?:foster(?:ed)?|looked after|in care|adopted|adoption|adopting|kinship|lac|guardianship|special guardian)\b",
        _ASKS,
        r"(?:plan|ehcp|area|council|authority|place|allowance|premium|reviews?|pep|signs?|pays?|responsible|moves?|moving|moved|transfers?|training|funding)\b",
        unless=_WORSE + r"|\b(?:says?|said|told|(?<!who )tells|run|ran|seen|harm\w*|cut\w*|hit\w*)\b",
    ),
    _kind(
        "out of hospital",
        r"(?:coming|comes|came|come|home|out|discharged|discharge)(?: home)?(?: out)? (?:of|from) (?:the )?(?:\w+ )?(?:rvi|hospital|ward|camhs|unit)",
        r"(?:steps?|stairs|bath|bed|rails?|ramp|equipment|wheelchair|plan|school|ot|adaptations?|who|next|catch up)\b",
        unless=_WORSE.replace("|hospital", "") + r"|\b(?:overdose|self harm\w*|cut\w*|section\w*)\b",
    ),
    _kind(
        "a behaviour to be helped with",
        r"(?:pupils?|child|children|he|she|hes|shes|son|daughter|lad|lass|boy|girl|kids?|toddler|twins?) (?:\w+ ){0,4}(?:hits?|hitting|lash\w*|bites?|"
        r"biting|pinch\w*|throws?|throwing|scratch\w*|spits?|pushes|pushing|shoves?|bolts?|runs?|climbs?|hides?|screams?|swears?|chews?|licks?)"
        r"(?! (?:\w+ )?(?:at )?(?:me|us|my|our|the baby|(?:his|her) (?:\w+ )?(?:sister|brother|mam|mum|dad))\b)",
        r"(?:strateg\w+|tips|advice|sensory|training|courses?|clubs?|groups?|normal|usual|who helps|assessment|outreach|ot|transitions?|attention|parenting|"
        r"support in)\b",
        unless=_WORSE,
    ),
    _kind(
        "shouts at a parent",
        r"(?:shouts?|shouting|swears?|swearing|screams?|answers? back|cheeks?)(?: and [a-z]+)? (?:at )?(?:me|us)",
        r"(?:courses?|tips|advice|strateg\w+|parenting|groups?|who helps)\b",
        unless=_WORSE,
    ),
    _kind(
        "keeps food by",
        r"(?:hides?|hiding|sneaks?|sneaking|hoards?|hoarding|nicks?|pinches) (?:\w+ )?(?:food|biscuits|sweets|crisps|snacks|chocolate|treats|cake)",
        unless=_WORSE + r"|\b(?:hungry|starving|lock\w*|dad|mam|mum|sick|fat)\b",
    ),
    _kind(
        "sleep",
        rf"{_OWN_CHILD} (?:still |always |only |will |wont |just )*(?:sleeps?|sleep|sleeping|gets? in|comes? in|climbs? in) (?:\w+ ){{0,4}}(?:bed|room|sofa|us|me)|"
        r"(?:in|into) our bed|sleep (?:tips|clinic|service|help|diary|routine|advice)|night terrors|melatonin|for privacy",
        unless=_WORSE + r"|\b(?:lodger|brother|dads?|grandad|cousin|drunk|kiss\w*)\b",
    ),
    _kind(
        "called names",
        r"(?:called|calls?|calling) (?:\w+ ){0,2}names|teased|picked on|left out of",
        _ASKS,
        unless=_WORSE + r"|\b(?:every day|wont go|self harm\w*|doesnt want|dad|mam|mum|teacher|carer|ta|staff)\b",
    ),
    _kind(
        "about families in general",
        rf"^(?!.*{_ABOUT_SOMEBODY})(?:what|whats|how|who|where|which|when|is there|are there|do|does|can|should|are|is)\b.*\b(?:families|children|childs?|childrens|"
        r"kids|young people|parents|people|students|pupils|schools?|adults)\b",
        unless=_DANGER.replace("|dead", ""),
    ),
)


_QUESTION = re.compile(
    r"^(?:so |and |but |please |hi |hello )?(?:who|what|whats|how|where|which|when|is there|are there|any|can|could|does|do|will|would|should|please|"
    r"looking for|wanting|want|need|just)\b"
)
_LONGEST_CALM_SENTENCE = 25  # words
_MOST_ELSE = 3  # words of a message that are neither calm by their kind nor a question


def calm_kind(plain_text: str) -> str | None:
    """Return the calm kind that a plain text without urgent patterns is plainly of, or None.

    Each sentence must be of a calm kind or a question, but for a few words: else danger may be told in the rest.
    """
    found = None
    words_else = 0
    for sentence in plain_text.split(" . "):
        sentence = sentence.removesuffix(" .").strip(". ")
        length = len(sentence.split())
        kind = _kind_of_sentence(sentence, plain_text) if length <= _LONGEST_CALM_SENTENCE else None
        found = found or kind
        if not kind and not (_QUESTION.search(sentence) and not _WORSE_WORDS.search(sentence)):
            words_else += length
    return found if words_else <= _MOST_ELSE else None


def _kind_of_sentence(sentence: str, plain_text: str) -> str | None:
    if is_settled(plain_text) and (_LONG_AGO.search(sentence) or _SETTLED.search(sentence)):
        return "settled long ago"
    if is_back_safe(plain_text) and _BACK_SAFE.search(sentence):
        return "back safe"
    for kind in (*_WHOLE_KINDS, *KINDS):
        rest = kind.pattern.sub(_MASK, sentence)
        if rest != sentence and all(each.search(plain_text) for each in kind.beside):
            if not kind.unless.search(rest):
                return kind.name
    return None
