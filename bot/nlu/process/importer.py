"""Training-data importer: the answers of `knowledge/` as the responses of Rasa's retrieval intents `faq/<id>`.

So Rasa knows every answer without a second copy of it: validation finds a response for each retrieval
intent, and a changed answer changes the training data's fingerprint, which makes Rasa train again.
"""

from __future__ import annotations

import warnings
from typing import Optional

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.guidance.answers import load_answers
from bot.guidance.wording import wordings
from bot.nlu.ranking.features import FAQ_INTENT, OUT_OF_SCOPE_INTENT

# What Rasa expects of every bot with retrieval intents and parts of ours do here: bot.nlu.components.answer_selector stands in
# for its ResponseSelector, action_answer for its action utter_faq. It also adds the intent a second time by itself.
warnings.filterwarnings("ignore", message="You have defined training data with examples for training a response")
for _intent in (FAQ_INTENT, OUT_OF_SCOPE_INTENT):
    warnings.filterwarnings("ignore", message=f"The utterance 'utter_{_intent}' is not used")
warnings.filterwarnings(
    "ignore", message=f"The following duplicated intents .* files: ({FAQ_INTENT}|{OUT_OF_SCOPE_INTENT}|, )+(\\n|$)"
)
# These intents are sent by the gateway for buttons, answers and follow-ups: there is nothing to learn them from.
warnings.filterwarnings(
    "ignore", message="The intent '(handover|records)_\\w+' is listed in the domain file, but is not found"
)


class KnowledgeImporter(RasaFileImporter):
    """Rasa's file importer, with the answers added."""

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """Return the example questions of `data/nlu/` with the answers as their responses."""
        responses = {f"utter_{FAQ_INTENT}/{answer.id}": [{"text": answer.text}] for answer in load_answers().values()}
        responses.update(
            {
                f"utter_{OUT_OF_SCOPE_INTENT}/{kind}": [{"text": text}]
                for kind, text in wordings(OUT_OF_SCOPE_INTENT).items()
            }
        )
        return super().get_nlu_data(language).merge(TrainingData(responses=responses))
