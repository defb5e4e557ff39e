"""What can be wrong with a registry file, in words that say what to do. English msgids, translated on
output.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext

from rentals.registry.columns import BY_FIELD


def gettext_noop(message: str) -> str:
    """Mark for the catalogue. Django's own wants settings, and this package is to run without."""
    return message


PROBLEMS: dict[str, str] = {
    # the whole file
    "empty_file": gettext_noop("The file is empty. Save the registry again and upload it."),
    "no_rows": gettext_noop("There is a header but no row below it. Fill in at least one home."),
    "no_header": gettext_noop(
        "No header row was found in the first 20 rows of any visible sheet. Use the template; the "
        "header needs "
        "房屋编码, 社区, 地址 and the other column names."
    ),
    "missing_columns": gettext_noop(
        "Columns that every registry needs are missing: %(columns)s. Add them to row %(row)s."
    ),
    "repeated_column": gettext_noop(
        "The column %(column)s is there twice (as %(headers)s). Delete one of them."
    ),
    "broken_file": gettext_noop(
        "The file is damaged and cannot be opened. Open it in Excel or WPS, save it as .xlsx again."
    ),
    "stray_cell": gettext_noop(
        "There is content far right or far below the table (cell %(cell)s). Select the blank columns "
        "and rows "
        "beside the table, delete them, save and upload again."
    ),
    "too_much_memory": gettext_noop(
        "The sheet is too large to open. Delete blank rows and columns beside the table, or split the "
        "file, and upload again."
    ),
    "too_slow": gettext_noop(
        "The file took too long to read. Split it into smaller files and upload them one by one."
    ),
    "zip_bomb": gettext_noop(
        "The file unpacks to far more than a registry can hold and was not opened. Save it as a new .xlsx."
    ),
    "password": gettext_noop(
        "The file is protected by a password. Remove the password in Excel or WPS and upload again."
    ),
    "old_excel": gettext_noop(
        "This is an old Excel file (.xls or .xlsb). Open it and save it as .xlsx, then upload that."
    ),
    "html_file": gettext_noop(
        "This is a web page that was named like a workbook. Open it in Excel and save it as .xlsx."
    ),
    "not_a_workbook": gettext_noop(
        "This is neither an .xlsx workbook nor a CSV file. Upload the registry as .xlsx or .csv."
    ),
    "unknown_encoding": gettext_noop(
        "The text of this CSV file is neither UTF-8 nor GB18030. Save it as 'CSV UTF-8'."
    ),
    "file_too_big": gettext_noop(
        "The file is larger than %(megabytes)s MB. Split it and upload the parts one by one."
    ),
    "too_many_rows": gettext_noop(
        "The file has more than %(most)s rows. Split it and upload the parts one by one."
    ),
    "unknown_column": gettext_noop("The column %(header)s is not part of the registry and was ignored."),
    "other_sheets": gettext_noop("Only the sheet %(sheet)s was read; the sheets after it were not opened."),
    # one cell
    "required": gettext_noop("This cell is empty. Fill it in."),
    "destroyed": gettext_noop(
        "Excel has turned this number into scientific notation and its last digits are lost. Format the "
        "column as "
        "text and enter the value again from the source."
    ),
    "code_form": gettext_noop(
        "A house code has 25 characters: 4403, ten digits, a digit or letter, ten digits. Correct it "
        "from the door plate."
    ),
    "building_code_form": gettext_noop(
        "A building code has 19 characters: 4403, ten digits, a digit or letter, four digits."
    ),
    "date_cell": gettext_noop(
        "Excel has turned this value into a date. Format the column as text and enter it again."
    ),
    "too_long": gettext_noop("The text has more than %(most)s characters. Shorten it."),
    "category": gettext_noop("The category must be one of: %(choices)s."),
    "datum": gettext_noop("The coordinate system must be one of: %(choices)s."),
    "area": gettext_noop(
        "The area must be a number of square metres between 0 and 10000, for example 25.50."
    ),
    "name_missing": gettext_noop("There is an identity number or a phone but no name. Fill in the name."),
    "residents": gettext_noop("The head-count must be a whole number between 0 and 500."),
    "phone": gettext_noop(
        "Enter one phone number: 11 digits for a mobile, or area code and number for a landline."
    ),
    "id_number": gettext_noop(
        "An identity document number has 5 to 20 letters and digits. Correct it or leave the cell empty."
    ),
    "coordinate": gettext_noop(
        "Longitude and latitude are decimal degrees, for example 114.023456 and 22.745678."
    ),
    "coordinate_pair": gettext_noop("Longitude and latitude belong together. Fill in both or neither."),
    "coordinate_swapped": gettext_noop(
        "Longitude and latitude are swapped. Put the number near 114 under 经度, that near 22 under 纬度."
    ),
    "coordinate_far": gettext_noop(
        "This point does not lie in Shenzhen. Check the numbers and the coordinate system."
    ),
    "datum_missing": gettext_noop(
        "Coordinates need a coordinate system. Fill in WGS-84, CGCS2000 or GCJ-02."
    ),
    "duplicate_code": gettext_noop(
        "This house code is also in row %(row)s with other values. Keep the right row and delete the "
        "other; neither was taken."
    ),
    "building_split": gettext_noop(
        "Row %(row)s puts the same building into %(field)s %(other)s. A building stands in one place: "
        "make the rows agree."
    ),
    "unknown_community": gettext_noop(
        "There is no community of this name in the street. Correct the name or ask the office to add it."
    ),
    # remarks: the row is taken
    "repeated_row": gettext_noop("The same row is already there as row %(row)s; it was taken once."),
    "code_letter": gettext_noop(
        "The house code has a letter, as temporary buildings do. Please check it against the door plate."
    ),
    "code_prefix": gettext_noop(
        "The building code is not the first 19 characters of the house code. That is allowed; please "
        "check it."
    ),
    "id_check_digit": gettext_noop(
        "The last character of this identity number does not fit the others. Please check it."
    ),
    "coordinate_outside": gettext_noop("This point lies outside Fucheng street. Please check it."),
    "person_differs": gettext_noop(
        "Row %(row)s has another name or phone for the same identity number; that one was used."
    ),
    "building_differs": gettext_noop(
        "Row %(row)s of the same building has %(field)s %(other)s; that one was used."
    ),
}
REMARKS: frozenset[str] = frozenset(
    {"unknown_column", "other_sheets", "repeated_row", "code_letter", "code_prefix", "id_check_digit",
     "coordinate_outside", "building_differs",
     "person_differs"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the file.

    `row` is the row number that Excel shows (0: the file as a whole), `column` a field name of
    `columns.py`, the user's own header for a column we do not know, or empty; `value` what stood there,
    cut to 80 characters.
    """

    row: int
    column: str
    value: str
    code: str
    params: dict[str, object] = field(default_factory=dict)

    @property
    def is_remark(self) -> bool:
        """True when the row is taken all the same."""
        return self.code in REMARKS

    @property
    def header(self) -> str:
        """The Chinese header of the column."""
        return BY_FIELD[self.column].header if self.column in BY_FIELD else self.column

    def text(self) -> str:
        """Return what is wrong and what to do, in the language that is active."""
        return gettext(PROBLEMS[self.code]) % self.params


class BrokenWorkbook(Exception):
    """The file as a whole cannot be read as a registry; nothing was taken from it."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    def problem(self) -> Problem:
        """Return the same as a problem of row 0."""
        return Problem(0, "", "", self.code, self.params)
