import { exportAdvice, Refusal } from "./refusal";
import { isJson, type Json } from "./settings";

/**
 * The number format that a layer says it computes in, e.g. "mixed_float16"; undefined when it says none. It is read as
 * float32, whatever it is.
 * @throws Refusal for quantised layers.
 */
export function precisionOf(layer: string, config: Json): string | undefined {
  const policy: unknown = config["dtype"];
  const settings = isJson(policy) ? policy["config"] : undefined;
  const name = isJson(settings) ? settings["name"] : policy;
  const className = isJson(policy) ? policy["class_name"] : undefined;
  const isMap = className === "DTypePolicyMap";
  const quantised =
    (typeof className === "string" && /quantized|gptq|awq/i.test(className)) ||
    (typeof name === "string" && /^(u?int\d|float8|gptq|awq)\w*_from_/.test(name)) ||
    (config["quantization_config"] ?? config["quantization_mode"] ?? null) !== null;
  if (quantised || isMap) {
    const what = isMap ? "a map of number formats" : "quantised weights";
    throw new Refusal(`has the layer ${layer} with ${what}`, "Save the model before it is quantised. " + exportAdvice);
  }
  return typeof name === "string" ? name : undefined;
}
