"""Each calm kind stays calm, and danger told in the same words is still found."""

from __future__ import annotations

import pytest

from bot.reading.calm_words import KINDS, calm_kind, is_back_safe, is_settled
from bot.reading.danger import find_urgent
from bot.reading.plain_speech import plain


@pytest.mark.parametrize(
    "message",
    [
        # a thing or somebody mild is said to kill
        "the coursework deadline has moved and my tutor is going to kill me",
        "my nan will murder me if i forget her prescription again lol",
        "spelling tests are torture for him",
        "i nearly lost the will to live waiting on hold, what is the email for the council",
        "one more page and i will throw the printer out of the window",
        # reading about it
        "are there courses about self harm for grandparents",
        "do you have leaflets for staff on grooming",
        "where do i find the rules on home alone",
        "is there a helpline for people who were neglected as children",
        # custody
        "my nephew got locked up on remand, who sends his work in",
        "what happens to her plan now shes been locked up",
        # moving and handling
        "the carers pull him up under the arms, can they be taught to use the hoist",
        "i am frightened of hurting her with the new sling, who shows me how to",
        # banging the own head
        "she bangs her head on the cot to get to sleep, is it sensory",
        # past and over
        "her birth dad hit her as a baby, she is eight and doing great now. can she get pupil premium",
        "he self harmed years ago, all sorted now, which colleges have support",
        "the lads in her old school beat her up years ago, she's settled now and wants a drama club",
        # off and straight back
        "he bolted off the playground and was straight back in class, do we need a risk assessment",
        "Pupil absconded before half term, none since. Wanting outreach.",
        # danger denied
        "he isn't in any danger, it is about a handrail",
        "denies any thoughts of self harm, wants the sleep leaflet",
        # ordinary words
        "pinches his cousin when he is bored",
        "my grandson has just gone twelve and his teacher is looking for a buddy bench",
        "the inspectors have gone home now, when is the report",
        "he hasnt got a plan yet",
        "they have shut down the toddler group and it wont be back",
        "he got hit with a football and now he is off PE",
        "she got burnt by soup as a toddler and has scars on her arm, she wants long sleeves in PE",
        "his haemophilia means he bruises, what does school need",
        "he went missing for ten minutes at the metrocentre, found in lego, is there a lanyard",
        "i work in a refuge and want leaflets on SEND",
        "i got battered by the rain waiting for the school bus, can pickups be nearer",
        "he got beat in the race and cried, is there a disability sports club",
        "which service delivers suicide first aid courses",
        "a girl at his nursery bit him, is that normal",
        "he got a black eye from a cricket ball, can he still do PE",
        "my boy bumps into doors and has bruises on his shins, should he see an OT",
        "she scratches her eczema till it is raw, which nurse do we ask",
        "i dont want to live in a flat with stairs any more because of her chair",
        "she has gone from the waiting list, where did she go",
        "cant get hold of her taxi driver",
        "she disappears into her phone for hours",
        "he is terrified of balloons and parties",
        "he doesnt want to go home from respite because he loves it there",
    ],
)
def test_calm_kinds_set_off_no_pattern(message):
    assert find_urgent(message) is None


@pytest.mark.parametrize(
    "message",
    [
        "my mam is going to kill me if i tell anyone",
        "my tutor hit me and says he will kill me",
        "my nana will kill me because i was late, last time she used the belt",
        "is there a course on self harm, my daughter is cutting her arms",
        "do you have leaflets on abuse because my son is being hit at his dads",
        "what training is there, my husband keeps hitting our son",
        "he gets locked up in his bedroom by his dad, does he keep his plan",
        "they lock him up in a cupboard at school, what does the plan say",
        "the carer dragged her by the hair to the hoist, are they trained",
        "he pulled her off the floor by the throat and says he is teaching her",
        "she bangs her head on the wall until it bleeds, is it sensory",
        "dad bangs his head on the wall when he is bored of him",
        "he was abused as a baby and is settled with us but he has started hurting himself",
        "she self harmed years ago and was fine but she is cutting again",
        "my uncle touched me when i was 9, im fine now",
        "he used to hit me years ago, he is back and i am scared, we were settled",
        "he bolted and came straight back last week, now he is gone again and we cant find him",
        "pupil absconded, found within minutes in september, has run off again and not located",
        "im not suicidal i just want to end my life",
        "she denies self harm but there are fresh cuts on her arms",
        "she hasnt been home since friday",
        "he hasnt come back from school",
        "she is black and blue from his fists",
        "homework is torture and my dad hits me if i get it wrong",
        "he went missing at the metrocentre ten minutes ago and we cant find him",
        "my neighbour complains about noise and said he will burn us out",
        "my parents argue and dad put mams head through the door",
        "he has bruises that look like finger marks",
        "she has fresh scars on her arm and hides them",
        "child protection concern re family I visit. what is early help",
        "the training was no use because he still slaps my son every day",
        "she takes her top off for a man on the webcam",
        "my boy has bruises on his shins and his back and says nana did it",
        "she got a black eye from her dad",
        "he came back home after two days missing and wont say where he was",
        "lol my dad hit me again",
        "its probably nothing but she has a love bite and she is 12",
        "we adopted her and she says our older son touches her",
        "the school gave him double his insulin",
        "she superficially cut her arms",
        "we have no electric and the baby is freezing",
        "he says he will stab his teacher",
        "i ran away and i am at the bus station",
        "they keep a machete in the flat",
        "he never wees, not had a wee since yesterday and is floppy",
    ],
)
def test_danger_beside_the_same_words_is_found(message):
    assert find_urgent(message)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("the appeal bundle will be the death of me", "a figure of speech"),
        ("she is not suicidal, she is only fed up, is there a youth club", "danger denied"),
        ("i never smacked my son but other people say i should, any courses", "danger denied"),
        ("my grandson is missing his old key worker", "misses somebody"),
        ("who signs the review when a looked after child moves area", "a move in care"),
        ("he comes home from hospital on monday, who fits the rails", "out of hospital"),
        ("my lad still sleeps in with us on the sofa, any sleep tips", "sleep"),
        ("she hides crisps under her pillow", "keeps food by"),
        ("year 3 pupil lashes out at transitions, strategies please", "a behaviour to be helped with"),
        ("what is there for families where a parent drinks", "about families in general"),
        ("he was hit at his old school, he is fine now", "settled long ago"),
        ("my son is nine and loves trains", None),
        ("he sleeps with the lodger in our bed", None),
        ("she hides food because there is no food at home", None),
        ("he isnt being hurt but he is scared of his dad, who can help", None),
        ("he is not suicidal but he wont tell me why he is crying, what do i do", None),
        ("our foster lad says his last carer hit him, who do i tell about his plan", None),
        ("he hits me, any tips", None),
        ("this form will be the death of me. who can help me fill it in", "a figure of speech"),
        ("this form will be the death of me. i took some tablets", None),
        ("she is only fed up, she isnt suicidal, any groups? my son has given up eating and sleeps all day", None),
    ],
)
def test_kind_of_a_whole_message(message, kind):
    assert calm_kind(plain(message)) == kind


def test_settled_needs_both_the_past_and_the_present():
    assert is_settled(plain("he was hurt years ago and is doing well"))
    assert not is_settled(plain("he was hurt years ago"))
    assert not is_settled(plain("he was hurt and is doing well"))
    assert not is_settled(plain("he was hurt years ago, is doing well, and was hurt again"))


def test_back_safe_is_not_gone_again():
    assert is_back_safe(plain("he ran off and was straight back in class"))
    assert not is_back_safe(plain("he ran off, was straight back in class, and has gone again"))


def test_each_kind_has_something_that_undoes_it():
    assert all(not kind.unless.search("") for kind in KINDS)
    assert len({kind.pattern.pattern for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize(
    ("message", "is_urgent"),
    [
        ("they said nee plan, can they dee that", False),
        ("divvent want to dee this any more", True),
        ("how many young people get locked up", False),
        ("the kids are locked up in the cellar", True),
        ("would anyone care if i died", True),
        ("would anyone notice if i came late to the meeting", False),
        ("gave my bike to my sister, i wont need it", True),
        ("given my form to the senco, i wont need it back", False),
    ],
)
def test_a_few_words_more_tell_danger_from_none(message, is_urgent):
    assert bool(find_urgent(message)) == is_urgent
