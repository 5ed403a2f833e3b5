import { Connection, type ConnectionOptions } from "./connection.js";
import { REAL } from "./surroundings.js";
import { Webhooks } from "./webhooks.js";

/** A client of the API, for one API key. It holds no connection: nothing needs to be closed. */
export class IOF {
  readonly webhooks: Webhooks;

  constructor(options: ConnectionOptions) {
    this.webhooks = new Webhooks(new Connection(options, REAL));
  }
}
