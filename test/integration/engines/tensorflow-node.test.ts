import { test } from "vitest";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { testExecutables, testOperators } from "../../support/engineContract";
import { operatorCases } from "../../support/operatorCases";
import { testResnet8 } from "../../support/oracle";

const create = () => createTensorFlowEngine("tensorflow");

/** Why the native library cannot be tested on this machine; undefined when it is there. */
const missing = await create().then(
  () => undefined,
  (error: Error) => error.message,
);

if (missing === undefined) {
  testOperators(
    create,
    operatorCases.filter((entry) => entry.tensorflow),
  );
  testExecutables(create);
  testResnet8(create);
} else test.skip(`tfjs-node is skipped: ${missing}`, () => undefined);
