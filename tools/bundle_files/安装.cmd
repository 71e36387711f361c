@echo off
chcp 65001 >nul
setlocal
set "here=%~dp0"
set "base=%~1"
if "%base%"=="" set "base=%LOCALAPPDATA%\archivist"
set /p version=<"%here%VERSION"
echo 一、核对安装包（%version%）……
"%here%program\python\python.exe" "%here%check_sums.py" "%here%." || (echo 安装包不完整或被改动，没有安装任何内容。请重新拷贝安装包。& exit /b 2)
echo 二、复制到 %base%\%version% ……
if exist "%base%\.%version%.part" rmdir /s /q "%base%\.%version%.part"
xcopy /e /i /q /y "%here%program" "%base%\.%version%.part" >nul || exit /b 4
echo 三、自检……
call "%base%\.%version%.part\bin\archivist.cmd" --version || (rmdir /s /q "%base%\.%version%.part" & echo 这台电脑上运行不了，没有切换；原来的版本照常使用。& exit /b 4)
if exist "%base%\%version%" rmdir /s /q "%base%\%version%"
move "%base%\.%version%.part" "%base%\%version%" >nul || exit /b 4
if exist "%base%\current" rmdir "%base%\current"
mklink /j "%base%\current" "%base%\%version%" >nul || exit /b 4
echo 装好了：%base%\current\bin\archivist.cmd
echo 退回上一版：rmdir "%base%\current"，再 mklink /j "%base%\current" "%base%\旧版本号"
