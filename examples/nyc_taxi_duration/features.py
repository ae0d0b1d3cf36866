"""Turn trips into the numbers that a model learns from."""

from __future__ import annotations

from dataclasses import dataclass
from zipfile import ZIP_DEFLATED

import numpy as np
import skops.io
from data import Trips
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import DictVectorizer


@dataclass(frozen=True, slots=True)
class Matrices:
    """Both months, ready for a model.

    Attributes:
        train: (n_train, n_features), one column for each route and one for the distance.
        validation: (n_validation, n_features), the same columns.
        train_target: (n_train,), minutes.
        validation_target: (n_validation,), minutes.
        is_new_route: (n_validation,), whether the trip's route was never seen in training.
        vectorizer: What made the columns; a model is of no use without it.
        vectorizer_file: The vectorizer as a file, in a format that cannot run code.
    """

    train: csr_matrix
    validation: csr_matrix
    train_target: np.ndarray
    validation_target: np.ndarray
    is_new_route: np.ndarray
    vectorizer: DictVectorizer
    vectorizer_file: bytes


def make_matrices(trips: Trips) -> Matrices:
    """Learn the columns from the training month and lay out both months in them."""
    vectorizer = DictVectorizer()
    train = vectorizer.fit_transform(trips.train[trips.features].to_dicts())
    validation = vectorizer.transform(trips.validation[trips.features].to_dicts())
    known = trips.train[trips.route].unique().implode()
    return Matrices(
        train=_with_short_indices(train),
        validation=_with_short_indices(validation),
        train_target=trips.train[trips.target].to_numpy(),
        validation_target=trips.validation[trips.target].to_numpy(),
        is_new_route=~trips.validation[trips.route].is_in(known).to_numpy(),
        vectorizer=vectorizer,
        vectorizer_file=skops.io.dumps(vectorizer, compression=ZIP_DEFLATED),
    )


def _with_short_indices(matrix: csr_matrix) -> csr_matrix:
    """Give a matrix 32-bit indices: Lasso refuses the 64-bit ones of a DictVectorizer."""
    matrix.indices = matrix.indices.astype(np.int32)
    matrix.indptr = matrix.indptr.astype(np.int32)
    return matrix
