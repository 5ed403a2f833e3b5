// What can be said of an endpoint, for registering one and for changing it.

import { useRef, useState } from "preact/hooks";
import { aboutField, isBeyond } from "../api/words";
import { useAct } from "../controls/action";
import { Field } from "../controls/field";
import { NumberInput, SecretInput } from "../controls/inputs";
import { Problem } from "../controls/problem";
import { asRecord, PairsField, type Pairs } from "./pairs";
import { SubscriptionField } from "./subscription";

export interface Particulars {
  url: string;
  events: readonly string[];
  description: string;
  rateLimit: string;
  headers: Pairs;
  metadata: Pairs;
  /** Asked for when an endpoint is registered; later it is rotated. */
  secret: string;
}

/** The same as the API takes it. */
export interface Written {
  url: string;
  events: string[];
  description: string | null;
  rateLimit: number | null;
  headers: Record<string, string>;
  metadata: Record<string, string>;
}

export function written(particulars: Particulars): Written {
  const { url, events, description, rateLimit, headers, metadata } = particulars;
  return {
    url: url.trim(),
    events: [...events],
    description: description.trim() || null,
    rateLimit: rateLimit.trim() === "" ? null : Number(rateLimit),
    headers: asRecord(headers),
    metadata: asRecord(metadata),
  };
}

const FIELDS = ["url", "events", "description", "rateLimit", "headers", "metadata", "secret"];

interface Props {
  initial: Particulars;
  verb: string;
  withSecret?: boolean;
  submit: (particulars: Particulars) => Promise<void>;
  /** Where to go without doing anything. */
  back: string;
}

export function EndpointForm({ initial, verb, withSecret = false, submit, back }: Props) {
  const [given, setGiven] = useState(initial);
  const form = useRef<HTMLFormElement>(null);
  const { busy, problem, act } = useAct(() => submit(given));
  const change = (part: Partial<Particulars>) => setGiven({ ...given, ...part });
  const wrong = (field: string) => aboutField(problem, field);
  return (
    <form
      ref={form}
      class="endpoint-form panel"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void act().then(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      }}
    >
      <Field label="URL" hint="https, at a public address." wrong={wrong("url")}>
        {(ties) => (
          <input
            {...ties}
            type="url"
            required
            inputMode="url"
            spellcheck={false}
            placeholder="https://yourapp.com/webhooks"
            value={given.url}
            onInput={({ currentTarget }) => change({ url: currentTarget.value })}
          />
        )}
      </Field>
      <SubscriptionField patterns={given.events} wrong={wrong("events")} onChange={(events) => change({ events })} />
      <Field label="Description" hint="Optional: a line for you and your colleagues." wrong={wrong("description")}>
        {(ties) => (
          <input
            {...ties}
            type="text"
            value={given.description}
            onInput={({ currentTarget }) => change({ description: currentTarget.value })}
          />
        )}
      </Field>
      <Field
        label="Rate limit"
        hint="Optional: the most deliveries a second, 1 to 500. What exceeds it waits in order."
        wrong={wrong("rateLimit")}
      >
        {(ties) => (
          <NumberInput
            ties={ties}
            min={1}
            max={500}
            value={given.rateLimit}
            onChange={(rateLimit) => change({ rateLimit })}
          />
        )}
      </Field>
      <PairsField
        legend="Custom headers"
        one="header"
        add="Add a header"
        hint="Optional: sent along with every request."
        pairs={given.headers}
        wrong={wrong("headers")}
        onChange={(headers) => change({ headers })}
      />
      <PairsField
        legend="Metadata"
        one="entry"
        add="Add an entry"
        hint="Optional: your own notes, which are not sent."
        pairs={given.metadata}
        wrong={wrong("metadata")}
        onChange={(metadata) => change({ metadata })}
      />
      {withSecret && (
        <Field
          label="Signing secret"
          hint="Leave it empty to get a new one. Your own: whsec_ and base64 of 24 to 64 bytes, or 16 to 256 visible ASCII characters."
          wrong={wrong("secret")}
        >
          {(ties) => <SecretInput ties={ties} value={given.secret} onChange={(secret) => change({ secret })} />}
        </Field>
      )}
      {isBeyond(problem, FIELDS) && <Problem problem={problem} />}
      <div class="actions">
        <button type="submit" class="primary" aria-disabled={busy}>
          {verb}
        </button>
        <a class="button" href={back}>
          Cancel
        </a>
      </div>
    </form>
  );
}
