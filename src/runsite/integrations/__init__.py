"""What joins runs with frameworks: logging and loading models, autologging, evaluation, tuners.

The core never imports anything from here; the names that people use are in `runsite.sklearn`,
`runsite.xgboost`, `runsite.pyfunc`, `runsite.hyperopt` and in `runsite` itself.
"""
