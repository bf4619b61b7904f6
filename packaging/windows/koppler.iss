; Inno Setup 6: the installer for Windows. First `py packaging\bundle.py`, then
;   iscc /DVersion=0.1.0 packaging\windows\koppler.iss
; Installs for one person without administrator rights; settings and data in %LOCALAPPDATA% are never touched, and an
; uninstalled Koppler leaves them, so that a later installation finds the integrations again.

#ifndef Version
  #error Call with /DVersion=<version of pyproject.toml>
#endif

[Setup]
AppId={{6D1B7C0E-4B5F-4B0C-9C59-4E2A6D7E0F31}
AppName=Koppler
AppVersion={#Version}
AppPublisher=The Koppler maintainers
DefaultDirName={autopf}\Koppler
DefaultGroupName=Koppler
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile=..\..\LICENSE
SetupIconFile=..\..\resources\icons\koppler.ico
UninstallDisplayIcon={app}\koppler-window.exe
OutputDir=..\..\dist
OutputBaseFilename=koppler-{#Version}-windows-x64
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
CloseApplications=yes
RestartApplications=no

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"
Name: "pl"; MessagesFile: "compiler:Languages\Polish.isl"

[CustomMessages]
en.AddToPath=Make the command "koppler" available in terminals
de.AddToPath=Den Befehl "koppler" in Terminals verfügbar machen
pl.AddToPath=Udostępnij polecenie "koppler" w terminalach

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; GroupDescription: "{cm:AdditionalIcons}"; Flags: unchecked
Name: "path"; Description: "{cm:AddToPath}"; Flags: unchecked

[InstallDelete]
; Modules of an earlier version must not be found by a later one.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "..\..\dist\koppler\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\Koppler"; Filename: "{app}\koppler-window.exe"
Name: "{autodesktop}\Koppler"; Filename: "{app}\koppler-window.exe"; Tasks: desktopicon

[Registry]
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: IsNotInPath(ExpandConstant('{app}'))

[Run]
Filename: "{app}\koppler-window.exe"; Description: "{cm:LaunchProgram,Koppler}"; Flags: nowait postinstall skipifsilent

[Code]
function IsNotInPath(Folder: string): Boolean;
var
  Present: string;
begin
  if not RegQueryStringValue(HKEY_CURRENT_USER, 'Environment', 'Path', Present) then
    Present := '';
  Result := Pos(';' + Uppercase(Folder) + ';', ';' + Uppercase(Present) + ';') = 0;
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Present, Folder: string;
  Place: Integer;
begin
  if Step <> usPostUninstall then
    exit;
  Folder := ExpandConstant('{app}');
  if not RegQueryStringValue(HKEY_CURRENT_USER, 'Environment', 'Path', Present) then
    exit;
  Place := Pos(';' + Uppercase(Folder) + ';', ';' + Uppercase(Present) + ';');
  if Place = 0 then
    exit;
  Present := ';' + Present + ';';
  Delete(Present, Place, Length(Folder) + 1);
  Present := Copy(Present, 2, Length(Present) - 2);
  RegWriteExpandStringValue(HKEY_CURRENT_USER, 'Environment', 'Path', Present);
end;
