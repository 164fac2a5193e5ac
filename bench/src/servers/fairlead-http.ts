import { sumHandler } from './fairlead-handler.ts';
import { serve } from './serve.ts';

serve(sumHandler);
