"""Fixtures that doctests and tests share; pytest takes them for both from here alone."""

from small_service import service_for_doctests, small_client, small_network, small_service

__all__ = ["service_for_doctests", "small_client", "small_network", "small_service"]
