"""Volumes, masks and their exchange formats, and segmentation without weights. Pure, no Django."""
