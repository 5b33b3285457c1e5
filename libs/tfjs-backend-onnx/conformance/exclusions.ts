/** Specs of tfjs-core that fail, by the part of their full name before and after the environment's, and why. */
interface Exclusion {
  reason: string;
  specs: readonly string[];
}

const LAST_PLACE: Exclusion = {
  reason:
    'The value differs from the expected one by one unit in the last place of float32, which is more than 1e-3.',
  specs: ['exp onnx {} int32', 'tan onnx {} numbers exceed float32 precision'],
};

const STEP: Exclusion = {
  reason:
    'Step of NaN is what it is below zero: a test for NaN would cost two more passes in each gradient of relu.',
  specs: ['step kernel onnx {} with 1d tensor and alpha', 'step kernel onnx {} propagates NaNs'],
};

const LARGEST: Exclusion = {
  reason: 'ReduceMax and ReduceMin of ONNX Runtime skip NaN; tfjs returns it.',
  specs: ['max onnx {} return NaNs', 'min onnx {} return NaNs'],
};

/**
 * Specs of tfjs-core that fail on this backend, by provider. The run breaks where a spec that is not listed fails, or one that is
 * listed passes.
 */
export const EXCLUSIONS: Readonly<Record<string, readonly Exclusion[]>> = {
  cpu: [
    {
      reason: 'ONNX Runtime takes NaN for the largest number in ArgMax and ArgMin; tfjs skips it.',
      specs: ['argmax onnx {} ignores NaNs', 'argmin onnx {} ignores NaNs'],
    },
    LARGEST,
    STEP,
    LAST_PLACE,
  ],
  webgpu: [
    {
      reason:
        'WGSL lets a device compute as if there were no NaN, and SwiftShader does so in these functions.',
      specs: [
        'debug off onnx {} no errors where there are nans, and debug mode is disabled',
        'acosh onnx {} propagates NaNs',
        'acosh onnx {} NaN outside function domain',
        'pow onnx {} negative base and fract exponent NaN',
        'asinh onnx {} propagates NaNs',
        'atanh onnx {} propagates NaNs',
        'atanh onnx {} NaN outside function domain',
        'clipByValue onnx {} basic vec4',
        'clipByValue onnx {} propagates NaNs',
        'log1p onnx {} log1p propagates NaNs',
        'log onnx {} log propagates NaNs',
        'log onnx {} negtive values',
        'logLoss onnx {} 1D - Check for negative values',
        'relu onnx {} propagates NaNs, float32',
        'sigmoid onnx {} propagates NaNs',
        'softmax onnx {} Propagates NaNs',
      ],
    },
    {
      reason: 'WGSL allows sines and cosines an error of 2⁻¹¹; SwiftShader makes one of 1e-4.',
      specs: [
        'cos onnx {} gradients: Scalar',
        'cos onnx {} gradient with clones',
        'tan onnx {} gradients: Tensor2D',
      ],
    },
    LARGEST,
    STEP,
    LAST_PLACE,
  ],
};
