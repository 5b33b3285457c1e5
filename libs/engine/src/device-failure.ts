import { UserError } from '@id3/core';
import { DeviceError } from '@id3/tfjs-backend-onnx';

/**
 * A failure of the graphics device as a sentence for the person at the keyboard, with the way on; other errors unchanged.
 *
 * @param kept what is not lost, such as `What is finished is kept`
 */
export const explainDeviceError = (error: unknown, kept: string): unknown =>
  error instanceof DeviceError
    ? new UserError(
        `${error.message} ${kept}: run the same command again, with --engine=onnx to compute on the CPU.`,
        { cause: error },
      )
    : error;
