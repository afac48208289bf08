"""Writes a report as an XLSX file, reads it back, and answers with what a reader would see."""

import io

from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

HEAD = Font(bold=True)
LOW = PatternFill("solid", start_color="FFC7CE")


def write(event):
    book = Workbook()
    sheet = book.active
    sheet.title = event["title"]
    sheet.append(event["columns"])
    for cell in sheet[1]:
        cell.font = HEAD
    for row in event["rows"]:
        sheet.append(row)
        if isinstance(row[-1], (int, float)) and row[-1] < event.get("low", 0):
            sheet.cell(sheet.max_row, len(row)).fill = LOW
    last = get_column_letter(len(event["columns"]))
    sheet[f"{last}{sheet.max_row + 1}"] = f"=SUM({last}2:{last}{sheet.max_row})"
    if event.get("chart"):
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=len(event["columns"]), min_row=1, max_row=len(event["rows"]) + 1))
        sheet.add_chart(chart, "H2")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def handler(event, context):
    sheet = load_workbook(io.BytesIO(write(event)))[event["title"]]
    marked = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fill_type == "solid"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    return {"size": sheet.dimensions, "rows": rows, "marked": marked, "charts": len(sheet._charts)}
