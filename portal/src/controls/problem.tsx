// Why something was not done, beside what was to do it.

import { ApiProblem } from "../api/call";
import { inWords } from "../api/words";

export function Problem({ problem, again }: { problem: unknown; again?: () => void }) {
  if (problem === null || problem === undefined) return null;
  const requestId = problem instanceof ApiProblem ? problem.requestId : null;
  return (
    <div class="problem" role="alert">
      <p>{inWords(problem)}</p>
      {requestId && <p class="request-id">Request {requestId}</p>}
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}
