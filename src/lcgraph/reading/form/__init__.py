"""The form: the workbook that an officer fills in, a row for each figure that is asked for."""
