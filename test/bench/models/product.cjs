/**
 * Square matrix products through ONNX Runtime on one thread, in a process of its own: `product.cjs MODEL SIZE`, a model
 * that multiplies its input by a constant matrix. Answers a message of seconds with floating-point operations a second.
 */
const ort = require("onnxruntime-node");

const [model, size] = [process.argv[2], Number(process.argv[3])];
const ready = ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const data = Float32Array.from({ length: size * size }, (_, k) => ((k * 7919) % 1000) / 1000 - 0.5);

async function measure(seconds) {
  const session = await ready;
  const feeds = { x: new ort.Tensor("float32", data, [size, size]) };
  await session.run(feeds);
  let times = 0;
  const begun = performance.now();
  while (performance.now() - begun < seconds * 1000) {
    await session.run(feeds);
    times++;
  }
  return (2 * size ** 3 * times) / ((performance.now() - begun) / 1000);
}

process.on("message", (seconds) => void measure(seconds).then((flops) => process.send(flops)));
