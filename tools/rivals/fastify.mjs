// The Silvasoft contract as a hand-written fastify service: credentials and requests checked, totals computed, invoices
// kept. `make bench` measures ixkit beside it. Usage: node fastify.mjs CONTRACT PORT
import Fastify from "fastify";
import glue from "fastify-openapi-glue";

const [contract, port] = process.argv.slice(2);
const invoices = [];

const cents = (amount) => Math.round(Number(amount) * 100);

const handlers = {
  addsalestransaction(request) {
    const body = request.body;
    let incl = 0, net = 0;
    for (const line of body.Invoice_InvoiceLine) {
      const amount = cents(line.SubTotalInclTax);
      incl += amount;
      net += Math.round(amount / (1 + Number(line.TaxPc ?? 0) / 100));
    }
    const invoice = {
      InvoiceReference: "", InvoiceOutstandingAmount: incl / 100, InvoiceNotes: body.InvoiceNotes ?? "", ProjectName: "",
      ProjectNumber: "", InvoiceTotalInclTax: incl / 100, InvoiceType: "BOOKKEEPING", PackingSlipNotes: "",
      CustomerNumber: body.CustomerNumber, InvoiceTaxAmount: (incl - net) / 100, InvoiceDueDate: "26-05-2017",
      CustomerName: "Demo bedrijf", InvoiceNumber: invoices.length + 1, InvoiceDate: body.InvoiceDate,
      InvoiceTotalExclTax: net / 100, Invoice_Contact: [], Invoice_Address: [],
    };
    invoices.push({ ...invoice, lines: body.Invoice_InvoiceLine });
    return [invoice];
  },
  listsalesinvoices() {
    return invoices.slice(-1).map(({ lines, ...shown }) => shown);
  },
};

const known = (request, name, value) => {
  if (request.headers[name] !== value) throw new Error("unknown");
};
const service = Fastify({ ajv: { customOptions: { strict: false } } });
service.register(glue, {
  specification: contract,
  operationResolver: (id) => handlers[id] ?? (() => []),
  securityHandlers: {
    ApiKey: (request) => known(request, "apikey", "any"),
    Username: (request) => known(request, "username", "any@ixkit.example"),
  },
});
service.setErrorHandler((error, request, reply) => {
  const status = error.statusCode ?? 500;
  reply.status(status).send({ errorCode: status === 401 ? "UNAUTHORIZED" : "INVALID_JSON", errorMessage: error.message });
});
await service.listen({ port: Number(port), host: "127.0.0.1" });
