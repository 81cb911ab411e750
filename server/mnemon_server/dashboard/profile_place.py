"""The one place at which all parts of the page of the profile say what came of a click."""

HERE = "profile"
