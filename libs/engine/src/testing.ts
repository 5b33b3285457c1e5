import * as tf from '@tensorflow/tfjs-core';
import { DeviceError, loadRuntime } from '@id3/tfjs-backend-onnx';
import { selectEngine } from './select.ts';

/**
 * Selects the engine `onnx` anew, without compiled graphs, and has it fail as a graphics device does: at each run for which `fails` says
 * so, by its number from 1. Gives what ends the failures.
 */
export async function selectFailingEngine(
  fails: (run: number) => boolean,
  means = 'the device was lost; nothing that the host holds is gone',
): Promise<() => void> {
  if (tf.findBackend('onnx') !== null) tf.removeBackend('onnx');
  const runtime = loadRuntime();
  const { Session } = runtime;
  let [runs, ended] = [0, false];
  runtime.Session = class {
    private readonly session = new Session();

    loadModel: InstanceType<typeof Session>['loadModel'] = (...model) => this.session.loadModel(...model);

    run: InstanceType<typeof Session>['run'] = (...data) => {
      if (!ended && fails(++runs)) throw new DeviceError(`ONNX Runtime's cuda: ${means}.`, 'cuda');
      return this.session.run(...data);
    };

    endProfiling = (): void => this.session.endProfiling();

    dispose = (): void => this.session.dispose();
  };
  await selectEngine('onnx', { threads: 1 });
  return () => {
    ended = true;
    runtime.Session = Session;
  };
}
