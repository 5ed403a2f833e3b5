// What a list of events is narrowed to, kept in the address.

import type { Status } from "../api/objects";
import { aboutField } from "../api/words";
import { useCatalog } from "../catalog/catalog";
import { Field } from "../controls/field";
import { fromLocalInput, toLocalInput } from "../controls/when";
import { known } from "../endpoints/known";
import { note, route } from "../page/route";
import type { Filter } from "./listing";

const STATUSES: readonly Status[] = ["pending", "retrying", "delivered", "failed"];

/** What the address says. */
export function filterOfAddress(): Filter {
  const { query } = route.value;
  const given = (name: string) => query.get(name) || undefined;
  const isTime = (text: string | undefined) =>
    text !== undefined && !Number.isNaN(Date.parse(text)) ? text : undefined;
  return {
    endpointId: given("endpointId"),
    status: STATUSES.find((status) => status === query.get("status")),
    type: given("type"),
    from: isTime(given("from")),
    until: isTime(given("until")),
  };
}

export const isNarrowed = (filter: Filter) => Object.values(filter).some(Boolean);

interface Props {
  filter: Filter;
  problem: unknown;
  /** Whether to ask for the endpoint as well. */
  endpoints?: boolean;
}

export function Filters({ filter, problem, endpoints = false }: Props) {
  const catalog = useCatalog();
  const change = (part: Filter) => note({ ...filter, ...part });
  return (
    <form class="filters" role="search" aria-label="Filter events" onSubmit={(event) => event.preventDefault()}>
      {endpoints && (
        <Field label="Endpoint" wrong={aboutField(problem, "endpointId")}>
          {(ties) => (
            <select
              {...ties}
              value={filter.endpointId ?? ""}
              onChange={({ currentTarget }) => change({ endpointId: currentTarget.value })}
            >
              <option value="">All</option>
              {filter.endpointId && !known.value.has(filter.endpointId) && (
                <option value={filter.endpointId}>{filter.endpointId}</option>
              )}
              {[...known.value.values()].map(({ id, url }) => (
                <option key={id} value={id}>
                  {url}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Field label="Status" wrong={aboutField(problem, "status")}>
        {(ties) => (
          <select
            {...ties}
            value={filter.status ?? ""}
            onChange={({ currentTarget }) =>
              change({ status: STATUSES.find((status) => status === currentTarget.value) })
            }
          >
            <option value="">All</option>
            {STATUSES.map((status) => (
              <option key={status} value={status}>
                {status}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Event type" wrong={aboutField(problem, "type")}>
        {(ties) => (
          <>
            <input
              {...ties}
              type="text"
              list="event-types"
              placeholder="All"
              autocomplete="off"
              spellcheck={false}
              value={filter.type ?? ""}
              onChange={({ currentTarget }) => change({ type: currentTarget.value.trim() })}
            />
            <datalist id="event-types">
              {catalog?.map(({ name }) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label="From">
        {(ties) => (
          <input
            {...ties}
            type="datetime-local"
            value={toLocalInput(filter.from)}
            onChange={({ currentTarget }) => change({ from: fromLocalInput(currentTarget.value) })}
          />
        )}
      </Field>
      <Field label="Until">
        {(ties) => (
          <input
            {...ties}
            type="datetime-local"
            value={toLocalInput(filter.until)}
            onChange={({ currentTarget }) => change({ until: fromLocalInput(currentTarget.value) })}
          />
        )}
      </Field>
      {/* Always there, so that pressing it does not take the focus away. */}
      <button type="button" aria-disabled={!isNarrowed(filter)} onClick={() => note({})}>
        Clear
      </button>
    </form>
  );
}
