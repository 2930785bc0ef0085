"""Where recordings come from: public sets, local folders, simulators."""
