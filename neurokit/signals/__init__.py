"""What epochs and electrodes hold: spectra, connectivity, artefacts, quality."""
