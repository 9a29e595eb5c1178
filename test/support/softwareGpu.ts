import { existsSync } from "node:fs";
import path from "node:path";

const chromium = "/usr/lib/chromium";

/**
 * Lets Dawn find the Vulkan driver in software that comes with Chromium, in this process and in those
 * that it starts. Where there is no GPU, that is
 * how WebGPU can be tested.
 */
export function useSoftwareGpu(): void {
  const driver = path.join(chromium, "vk_swiftshader_icd.json");
  const loader = path.join(chromium, "libvulkan.so.1");
  if (!existsSync(driver) || !existsSync(loader)) return;
  process.env.VK_ICD_FILENAMES ??= driver;
  // For processes that are started from here.
  process.env.LD_LIBRARY_PATH ??= chromium;
  const lazyAndForGood = 0x1001;
  try {
    // The loader lies outside the folders that are searched. Once it is loaded, it is found by its name.
    process.dlopen({ exports: {} }, loader, lazyAndForGood);
  } catch {
    // It is no addon, and is said not to be one after it was loaded.
  }
}
