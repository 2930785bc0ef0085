"""Functional images and region series: nodes, masks, grids, maps."""
