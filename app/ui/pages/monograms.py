"""Monograms of systems, from their manifests."""

from __future__ import annotations

from app.sdk.manifest import Manifest
from app.ui.theme import SIZES
from app.ui.widgets.monogram import Monogram, MonogramPair


def monogram_of(manifest: Manifest, *, side_px: int = SIZES.monogram) -> Monogram:
    return Monogram(manifest.monogram, manifest.colour, manifest.name, side_px=side_px)


def pair_of(source: Manifest, target: Manifest) -> MonogramPair:
    return MonogramPair(monogram_of(source), monogram_of(target))
