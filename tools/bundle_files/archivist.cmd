@echo off
set PYTHONUTF8=1
set PYTHONNOUSERSITE=1
set "PYTHONPATH=%~dp0..\site-packages"
"%~dp0..\python\python.exe" -P -m archivist %*
