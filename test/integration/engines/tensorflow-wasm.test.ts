import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { testExecutables, testOperators } from "../../support/engineContract";
import { operatorCases } from "../../support/operatorCases";
import { testResnet8 } from "../../support/oracle";

const create = () => createTensorFlowEngine("wasm");

testOperators(
  create,
  operatorCases.filter((entry) => entry.tensorflow),
);
testExecutables(create);
testResnet8(create);
