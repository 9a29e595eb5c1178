import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { register } from "./connection/register";

/** Entry of the language server: over IPC when it was forked, with `--stdio` over the standard streams. */
const connection = createConnection(ProposedFeatures.all);
register(connection);
// A client that is gone needs no server, and evaluators end with their parent.
process.once("disconnect", () => process.exit(1));
connection.listen();
