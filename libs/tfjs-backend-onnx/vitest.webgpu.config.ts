import { existsSync } from 'node:fs';
import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.ts';

/** A Vulkan driver that computes on the CPU, which Debian's Chromium brings. Where VK_ICD_FILENAMES names another, that is taken. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const icd = process.env.VK_ICD_FILENAMES ?? SWIFTSHADER;
const vulkan = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib', '/usr/lib64'].some(
  (folder) => existsSync(`${folder}/libvulkan.so.1`),
);
const runs = existsSync(icd) && vulkan;
if (!runs)
  console.warn(
    `WebGPU has no driver here (apt-get install chromium libvulkan1): the suites on it are skipped.`,
  );

/** The suites once more, computed on WebGPU. */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      env: { ONNX_TEST_PROVIDER: 'webgpu', VK_ICD_FILENAMES: icd },
      include: runs ? ['src/**/*.test.ts'] : [],
      // Shaders are compiled for each shape.
      testTimeout: 300_000,
    },
  }),
);
