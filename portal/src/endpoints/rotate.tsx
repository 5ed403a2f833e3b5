// Rotating the signing secret of an endpoint.

import { useState } from "preact/hooks";
import type { Endpoint } from "../api/objects";
import { rotateSecret } from "../api/rail";
import { Field } from "../controls/field";
import { FormDialog } from "../controls/form-dialog";
import { NumberInput, SecretInput } from "../controls/inputs";
import { reveal } from "./secret";

const DEFAULT_OVERLAP_HOURS = "24";

interface Props {
  endpoint: Endpoint;
  changed: (now: Endpoint) => void;
}

export function RotateAction({ endpoint, changed }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Rotate secret
      </button>
      {open && <RotateDialog endpoint={endpoint} changed={changed} close={() => setOpen(false)} />}
    </>
  );
}

function RotateDialog({ endpoint, changed, close }: Props & { close: () => void }) {
  const [overlap, setOverlap] = useState(DEFAULT_OVERLAP_HOURS);
  const [own, setOwn] = useState("");
  const run = async () => {
    const body = { overlapHours: Number(overlap), ...(own === "" ? {} : { secret: own }) };
    const { secret, ...now } = await rotateSecret(endpoint.id, body);
    close();
    changed(now);
    if (secret) reveal({ endpoint: now.url, secret, why: "rotated" });
  };
  return (
    <FormDialog
      title="Rotate the signing secret"
      does="Rotate"
      run={run}
      close={close}
      names={["overlapHours", "secret"]}
    >
      {(wrong) => (
        <>
          <p>
            Another secret signs from now on. The old one goes on signing beside it for a while, so that your receiver
            can change without losing a request.
          </p>
          <Field
            label="Overlap in hours"
            hint="0 to 168. With 0 the old secret ends at once."
            wrong={wrong("overlapHours")}
          >
            {(ties) => <NumberInput ties={ties} min={0} max={168} value={overlap} onChange={setOverlap} />}
          </Field>
          <Field label="New secret" hint="Leave it empty to get a new one." wrong={wrong("secret")}>
            {(ties) => <SecretInput ties={ties} value={own} onChange={setOwn} />}
          </Field>
        </>
      )}
    </FormDialog>
  );
}
