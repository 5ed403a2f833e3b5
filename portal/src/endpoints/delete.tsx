// Deleting an endpoint, after a question that names it.

import { useState } from "preact/hooks";
import type { Endpoint } from "../api/objects";
import { deleteEndpoint } from "../api/rail";
import { Action } from "../controls/action";
import { Dialog } from "../controls/dialog";
import { announce } from "../page/announcer";
import { go } from "../page/route";
import { forget } from "./known";

export function DeleteAction({ endpoint }: { endpoint: Endpoint }) {
  const [asks, setAsks] = useState(false);
  const remove = async () => {
    await deleteEndpoint(endpoint.id);
    forget(endpoint.id);
    go(["endpoints"]);
    announce("The endpoint is deleted");
  };
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsks(true)}>
        Delete
      </button>
      {asks && (
        <Dialog title="Delete this endpoint?" onClose={() => setAsks(false)}>
          <p class="url">
            <strong>{endpoint.url}</strong>
          </p>
          {endpoint.description && <p>{endpoint.description}</p>}
          <p>
            It gets nothing any more. What still waits for it fails, and its signing secret is lost. This cannot be
            undone.
          </p>
          <div class="actions">
            <button type="button" onClick={() => setAsks(false)}>
              Keep it
            </button>
            <Action kind="danger" run={remove}>
              Delete the endpoint
            </Action>
          </div>
        </Dialog>
      )}
    </>
  );
}
