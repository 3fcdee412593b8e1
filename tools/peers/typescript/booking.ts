// A booking by clients whose types openapi-typescript generated: tsc must find each request and each answer as typed.
// Reads {system: {url, bearer?, headers?, token?}} and writes what was read of each system.
import createClient from "openapi-fetch";
import { readFileSync } from "node:fs";
import type { paths as IXpole } from "./ixpole";
import type { paths as Silvasoft } from "./silvasoft";
import type { paths as Riverty } from "./riverty";
import type { paths as TelecomX } from "./telecomx";
import type { paths as CrmCom } from "./crmcom";

interface Access { url: string; bearer?: string; headers?: Record<string, string>; token?: string }
const told: Record<string, Access> = JSON.parse(readFileSync(0, "utf8"));
const CODE = "C-2017-0003-01";

function access(system: string): { baseUrl: string; headers: Record<string, string> } {
  const { url, bearer, headers } = told[system]!;
  return { baseUrl: url, headers: { ...headers, ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}) } };
}

function got<T>(what: string, answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${what}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

async function silvasoft(): Promise<number | null | undefined> {
  const { GET, POST } = createClient<Silvasoft>(access("silvasoft"));
  const [customer] = got("customer", await POST("/rest/addbusinessrelation", { body: { Name: "Hop NV", IsCustomer: true } }));
  const [invoice] = got("invoice", await POST("/rest/addsalestransaction", { body: {
    CustomerNumber: customer?.CustomerNumber ?? 1, InvoiceDate: "05-05-2017", InvoiceNotes: CODE,
    Invoice_InvoiceLine: [{ TaxPc: 21, SubTotalInclTax: 449.68, Description: "VIP seats" }] } }));
  const listed = got("list", await GET("/rest/listsalesinvoices", { params: { query: { Limit: 10 } } }));
  return listed.find((each) => each.InvoiceNumber === invoice?.InvoiceNumber)?.InvoiceNumber;
}

async function telecomx(): Promise<string | undefined> {
  const { GET, POST } = createClient<TelecomX>(access("telecomx"));
  const customer = got("customer", await POST("/customer", { body: {
    name: "Sponsor A/S", emailAddress: "sponsor@example.org",
    addresses: [{ primary: true, address: "Stadionvej 12", zip: "2770", city: "Kastrup", country: "DK" }] } }));
  const invoice = got("invoice", await POST("/invoice", { body: {
    customer: customer._id, invoiceDate: "2017-05-05T00:00:00+0200", headline: CODE,
    lines: [{ product: "548ecd936b34cd1826f3ff2b", units: 2 }] } }));
  const listed = got("list", await GET("/invoice", { params: { query: { customer: customer._id } } }));
  return listed.invoices.find((each) => each._id === invoice._id)?._id;
}

async function crmcom(): Promise<string | undefined> {
  const { GET, POST } = createClient<CrmCom>(access("crmcom"));
  const token = told["crmcom"]!.token!;
  got("customer", await POST("/crmapi/rest/v2/contact_information/create", { body: {
    token, type: "PERSON", first_name: "Jo", last_name: "Peeters" } }));
  const made = got("invoice", await POST("/crmapi/rest/v2/invoices/create", { body: {
    token, accounts_receivable_identifier: { number: "401" }, type_identifier: { name: "Invoice" },
    life_cycle_state: "POSTED", back_office_code: CODE, invoice_item_set: [{
      product_identifier: { code: "Gold" }, quantity: 1, cost: 100, vat_rate_identifier: { name: "High" } }] } }));
  const listed = got("list", await GET("/crmapi/rest/v2/invoices/list", { params: { query: {
    token, accounts_receivable_identifier: "number=401" } } }));
  return listed.data?.find((each) => each?.id === made.data?.id)?.id ?? undefined;
}

async function riverty(): Promise<string | undefined> {
  const { GET, POST } = createClient<Riverty>(access("riverty"));
  const customer = got("customer", await POST("/subscriptions/v1/customers", { body: {
    customerNumber: "c77", firstName: "Sanne", lastName: "de Vries", email: "s@devries.example",
    address: { street: "Stadionweg", streetNumber: "12A", postalCode: "1077 SL", postalPlace: "Amsterdam", countryCode: "NL" } } }));
  const whose = { businessCode: "1000", customerNumber: "c77" };
  got("order", await POST("/accounting/v1/businesses/{businessCode}/customers/{customerNumber}/orders", {
    params: { path: whose }, body: {
      orderReference: "ORD77", orderDate: "2017-05-05", orderType: "PHYSICAL_GOODS", orderChannel: "ECOM", currency: "EUR",
      supplyingCountry: "NL", vatDeclarationCountry: "NL", paymentReference: { paymentMethodName: "AfterPayOpenInvoice" },
      billToAddress: {
        firstName: "Sanne", lastName: "de Vries", street: "Stadionweg", streetNumber: "12A", postalCode: "1077 SL",
        postalPlace: "Amsterdam", countryCode: "NL", language: "nl", email: "s@devries.example" },
      items: [{
        orderItemReference: 1, description: "Home shirt", productId: "SHIRT-M", quantity: 1, grossUnitPrice: 119,
        vatPercent: 19, vatAmount: 19, vatType: "NORMAL", positionType: "SALES_ARTICLE" }] } }));
  got("invoice", await POST("/accounting/v1/businesses/{businessCode}/customers/{customerNumber}/orders/{orderReference}/invoices", {
    params: { path: { ...whose, orderReference: "ORD77" } }, body: {
      invoiceReference: "INV77", invoiceDate: "2017-05-05", dueDate: "2017-05-19", dispatchDate: "2017-05-05",
      shipmentReference: "ORD77", items: [{ orderItemReference: 1 }] } }));
  const seen = got("customer again", await GET("/subscriptions/v1/customers/{customerNumber}", {
    params: { path: { customerNumber: customer.customerNumber ?? "c77" } } }));
  return seen.customerNumber;
}

async function ixpole(number: string): Promise<string | null | undefined> {
  const { GET, PUT } = createClient<IXpole>(access("ixpole"));
  const due = got("instalments", await GET("/api/instalments"));
  const first = due.find((each) => each.instalmentCode === CODE);
  if (first === undefined) throw new Error(`${CODE} is not due`);
  const written = got("write-back", await PUT("/api/instalments", { body: {
    instalmentCode: first.instalmentCode, invoiceNumber: number, invoiceDueDate: "2017-06-05" } }));
  return (Array.isArray(written) ? written[0] : written)?.invoiceNumber;
}

const number = await silvasoft();
console.log(JSON.stringify({
  silvasoft: number, telecomx: await telecomx(), crmcom: await crmcom(), riverty: await riverty(),
  ixpole: await ixpole(String(number)),
}));
