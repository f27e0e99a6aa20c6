"""webui: the faces of hoitin: command line, web chat, widget, HTTP API. The top floor."""
