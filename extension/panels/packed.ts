import { fromJsonNumber } from "../../server/protocol/numbers";
import type { RunEvent } from "../../server/protocol/requests";
import type { Estimate } from "../../server/protocol/result";
import type { HostMessage, SentEstimate } from "../../webview/protocol/messages";

/** What a page is told of an event of its run: estimates in packed numbers. */
export function packed(event: Exclude<RunEvent, { readonly kind: "preparing" }>): HostMessage {
  if (event.kind !== "points") return event;
  const { estimate, furtherEstimates, ...rest } = event;
  return {
    ...rest,
    ...(estimate ? { estimate: packedEstimate(estimate) } : {}),
    ...(furtherEstimates ? { furtherEstimates: furtherEstimates.map(packedEstimate) } : {}),
  };
}

function packedEstimate({ loss, accuracy, ...rest }: Estimate): SentEstimate {
  return { ...rest, loss: numbersOf(loss), accuracy: numbersOf(accuracy) };
}

function numbersOf(values: Estimate["loss"]): Float64Array {
  const numbers = new Float64Array(values.length);
  for (let k = 0; k < values.length; k++) numbers[k] = fromJsonNumber(values[k]!);
  return numbers;
}
