# Errores del programa y lo que solo sabe otra versión de Bursar. { $step } nombra en inglés la parte de Bursar que falló.

detail-step-failed = Falló un paso interno: { $step }.
detail-stored-by-other-version = Otra versión de Bursar guardó este error y solo ella conoce los detalles.
