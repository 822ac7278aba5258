"""Seeds: our own generators, and copies that get one."""

from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression

from gansampler.seeding import seeded_copy


def test_copies_get_a_seed_in_every_part_unless_it_is_set():
    pipeline = make_pipeline(SMOTE(random_state=3), LogisticRegression())
    copy = seeded_copy(pipeline, 7)
    assert copy[0].random_state == 3
    assert copy[1].random_state == 7
    assert pipeline[1].random_state is None
