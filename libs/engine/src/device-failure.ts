import { UserError } from '@id3/core';
import { DeviceError } from '@id3/tfjs-backend-onnx';

/**
 * A failure of the graphics device as a sentence for the person at the keyboard, with the way on; other errors unchanged.
 *
 * @param kept what is not lost, such as `What is finished is kept`
 * @param choice how the CPU is chosen there
 */
export const explainDeviceError = (error: unknown, kept: string, choice = '--engine=onnx'): unknown =>
  error instanceof DeviceError
    ? new UserError(
        `${error.message} ${kept}: run the same command again, with ${choice} to compute on the CPU.`,
        { cause: error },
      )
    : error;

/** Does the work of a command without config: where the device fails, a person reads a sentence. */
export async function explainingDeviceErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainDeviceError(error, 'Nothing is lost', 'ID3_ENGINE=onnx');
  }
}
