"""Changes of a small contract and rule book, each with what it does to connectors. Data of test_diff.

A row is: what was done, edits (place, new value; GONE removes), the level of the worst change, a kind that is named.
"""

from __future__ import annotations

from typing import Any

from ixcheck.finding import Level

SAFE, RISKY, BREAKING = Level.NOTE, Level.WARNING, Level.ERROR
GONE = object()

LINE = {
    "type": "object",
    "required": ["Amount"],
    "properties": {"Amount": {"type": "number"}, "Note": {"type": "string"}},
}
INVOICE: dict[str, Any] = {
    "type": "object",
    "required": ["Customer", "Lines"],
    "properties": {
        "Customer": {"type": "integer", "minimum": 1},
        "Status": {"type": "string", "enum": ["open", "paid"]},
        "Reference": {"type": "string", "maxLength": 50, "nullable": True},
        "Code": {"type": "string", "pattern": "^[A-Z]+$"},
        "Lines": {"type": "array", "minItems": 1, "maxItems": 75, "x-rules": {"maxItems": "X-01"},
                  "items": {"$ref": "#/components/schemas/Line"}},
    },
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["Number"],
    "properties": {
        "Number": {"type": "string", "maxLength": 20},
        "Total": {"type": "number"},
        "Status": {"type": "string", "enum": ["open", "paid"]},
    },
}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


CONTRACT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Books", "version": "1"},
    "servers": [{"url": "https://books.example"}],
    "security": [{"key": []}],
    "paths": {
        "/invoices": {
            "post": {
                "operationId": "addInvoice",
                "requestBody": {"required": True, "content": _json("Invoice")},
                "responses": {
                    "200": {"description": "booked", "content": _json("Answer")},
                    "400": {"description": "refused"},
                },
            },
        },
        "/invoices/{number}": {
            "get": {
                "operationId": "getInvoice",
                "parameters": [
                    {"name": "number", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "limit", "in": "query",
                     "schema": {"type": "integer", "maximum": 100, "default": 10}},
                ],
                "responses": {"200": {"description": "it", "content": _json("Answer")}},
            }
        },
    },
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "Key"}},
        "schemas": {"Line": LINE, "Invoice": INVOICE, "Answer": ANSWER},
    },
}  # fmt: skip
BOOK: dict[str, Any] = {
    "system": "books",
    "prefix": "X",
    "rules": {
        "X-01": {
            "title": "An invoice has at most 75 lines", "text": "More are refused.", "operations": ["addInvoice"],
            "confidence": "documented", "sources": [], "error": {"status": 400, "code": "LINES"}, "advice": "Merge.",
            "obeys": [{"call": "addInvoice", "status": 200}], "breaks": [{"call": "addInvoice", "status": 400}],
        },
        "X-02": {
            "title": "Zeros in front count", "text": "A number is text.", "operations": ["getInvoice"],
            "confidence": "inferred", "sources": [], "error": None, "advice": "Keep them.",
            "readings": [{"name": "text", "text": "As text."}, {"name": "number", "text": "As number."}],
            "obeys": [{"call": "getInvoice", "status": 200}], "breaks": [{"call": "getInvoice", "status": 200}],
        },
    },
}  # fmt: skip

S = "components.schemas"
P = "paths./invoices.post"
G = "paths./invoices/{number}.get"
Row = tuple[str, dict[str, Any], Level, str]

DOCUMENTS: list[Row] = [
    ("fewer lines are taken", {f"{S}.Invoice.properties.Lines.maxItems": 50}, BREAKING, "request-maxItems-tightened"),
    ("more lines are taken", {f"{S}.Invoice.properties.Lines.maxItems": 100}, SAFE, "request-maxItems-loosened"),
    ("more lines are needed", {f"{S}.Invoice.properties.Lines.minItems": 2}, BREAKING, "request-minItems-tightened"),
    ("a limit falls away", {f"{S}.Invoice.properties.Reference.maxLength": GONE}, SAFE, "request-maxLength-loosened"),
    ("a limit is new", {f"{S}.Line.properties.Note.maxLength": 10}, BREAKING, "request-maxLength-tightened"),
    ("an answer may be longer", {f"{S}.Answer.properties.Number.maxLength": 40}, RISKY, "answer-maxLength-loosened"),
    ("an answer is shorter", {f"{S}.Answer.properties.Number.maxLength": 10}, SAFE, "answer-maxLength-tightened"),
    ("a member of a request is gone", {f"{S}.Invoice.properties.Reference": GONE}, BREAKING, "request-member-removed"),
    ("a member of an answer is gone", {f"{S}.Answer.properties.Total": GONE}, BREAKING, "answer-member-removed"),
    ("a member may be sent", {f"{S}.Invoice.properties.Due": {"type": "string"}}, SAFE, "request-member-added"),
    ("a member comes", {f"{S}.Answer.properties.Due": {"type": "string"}}, SAFE, "answer-member-added"),
    ("a member must be sent", {f"{S}.Invoice.required": ["Customer", "Lines", "Code"]},
     BREAKING, "request-member-required"),
    ("a new member must be sent",
     {f"{S}.Line.properties.Tax": {"type": "integer"}, f"{S}.Line.required": ["Amount", "Tax"]},
     BREAKING, "request-member-required"),
    ("a member need not be sent", {f"{S}.Invoice.required": ["Lines"]}, SAFE, "request-member-optional"),
    ("a member may not come", {f"{S}.Answer.required": GONE}, BREAKING, "answer-member-optional"),
    ("a value is refused", {f"{S}.Invoice.properties.Status.enum": ["open"]}, BREAKING, "request-enum-tightened"),
    ("a value more is taken", {f"{S}.Invoice.properties.Status.enum": ["open", "paid", "x"]},
     SAFE, "request-enum-loosened"),
    ("a value more may come", {f"{S}.Answer.properties.Status.enum": ["open", "paid", "x"]},
     RISKY, "answer-enum-loosened"),
    ("another type is read", {f"{S}.Line.properties.Amount.type": "string"}, BREAKING, "request-type-changed"),
    ("numbers as well as integers", {f"{S}.Invoice.properties.Customer.type": "number"}, SAFE, "request-type-loosened"),
    ("null is refused", {f"{S}.Invoice.properties.Reference.nullable": False}, BREAKING, "request-nullable-tightened"),
    ("null may come", {f"{S}.Answer.properties.Total.nullable": True}, BREAKING, "answer-nullable-loosened"),
    ("another pattern", {f"{S}.Invoice.properties.Code.pattern": "^[a-z]+$"}, BREAKING, "request-pattern-changed"),
    ("an operation is gone", {G: GONE}, BREAKING, "operation-removed"),
    ("an operation moved", {"paths./invoices": GONE, "paths./bills": {"post": {
        "operationId": "addInvoice", "requestBody": {"required": True, "content": _json("Invoice")},
        "responses": {"200": {"description": "booked", "content": _json("Answer")}, "400": {"description": "no"}}}}},
     BREAKING, "operation-moved"),
    ("an operation is new", {"paths./x": {"get": {"responses": {"200": {"description": "x"}}}}},
     SAFE, "operation-added"),
    ("a parameter must be sent", {f"{G}.parameters.1.required": True}, BREAKING, "parameter-required"),
    ("a parameter's default is another", {f"{G}.parameters.1.schema.default": 20}, RISKY, "request-default-changed"),
    ("a parameter is gone", {f"{G}.parameters.1": GONE}, RISKY, "parameter-removed"),
    ("a refusal is new", {f"{P}.responses.409": {"description": "twice"}}, RISKY, "status-added"),
    ("the good answer is another",
     {f"{P}.responses.200": GONE, f"{P}.responses.201": {"description": "booked", "content": _json("Answer")}},
     BREAKING, "status-removed"),
    ("forms instead of JSON", {f"{P}.requestBody.content": {"application/x-www-form-urlencoded": {}}},
     BREAKING, "media-type-removed"),
    ("another key", {"components.securitySchemes.key.name": "Api-Key"}, BREAKING, "credentials-changed"),
    ("no key at all", {"security": [{}]}, SAFE, "credentials-changed"),
    ("a key or none", {"security": [{"key": []}, {}]}, SAFE, "credentials-changed"),
    ("the key moves into the body", {f"{P}.security": [], f"{P}.x-security-in-body": ["key"]},
     BREAKING, "credentials-changed"),
    ("the host is another", {"servers": [{"url": "https://b.example"}]}, BREAKING, "server-removed"),
    ("it is deprecated", {f"{G}.deprecated": True}, RISKY, "deprecated"),
]  # fmt: skip
R = "rules.X-01"
RULES: list[Row] = [
    ("the words of a rule", {f"{R}.text": "More than fifty are refused."}, RISKY, "rule-text-changed"),
    ("a reading more", {"rules.X-02.readings.2": {"name": "both", "text": "Either."}}, RISKY, "reading-added"),
    ("another reading in force", {"rules.X-02.readings": [{"name": "number", "text": "As number."},
                                                              {"name": "text", "text": "As text."}]},
     BREAKING, "reading-in-force-changed"),
    ("a reading fewer", {"rules.X-02.readings.1": GONE}, SAFE, "reading-removed"),
    ("a rule that refuses is new", {"rules.X-03": {**BOOK["rules"]["X-01"], "title": "No"}}, BREAKING, "rule-added"),
    ("a rule that refuses is gone", {R: GONE}, SAFE, "rule-removed"),
    ("a rule holds elsewhere too", {f"{R}.operations": ["addInvoice", "getInvoice"]}, BREAKING, "rule-widened"),
    ("another code is answered", {f"{R}.error.code": "MANY"}, BREAKING, "rule-refusal-changed"),
    ("a rule refuses now", {"rules.X-02.error": {"status": 400}}, BREAKING, "rule-refusal-changed"),
    ("a rule became sure", {"rules.X-02.confidence": "documented"}, SAFE, "confidence-changed"),
    ("a rule became a guess", {f"{R}.confidence": "inferred"}, RISKY, "confidence-changed"),
]  # fmt: skip
