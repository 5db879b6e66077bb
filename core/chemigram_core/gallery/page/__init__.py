"""The pages as HTML: templates, style and script are the files beside this one."""
